import type { CompactLayer } from '../../../protocol/compaction';
import type { CompactStep } from '../../../protocol/steps/compact';
import type { ModelContent } from '../../checkpoint/types';
import { describeReshaped, type LayerChange, type Reshaped } from '../reshape/describe';
import { pathKey } from '../reshape/layered';
import type { FittedLayer } from './fit';
import type { CompactPlan } from './plan';

interface Described {
  readonly model: ModelContent;
  readonly smaller: ModelContent;
  readonly step: CompactStep;
  readonly plan: CompactPlan;
  /** Names of the new layers by the name of the layer in whose place they are. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  readonly fitted: readonly FittedLayer[];
}

/** Describes every layer before and after, and what is left of the model. */
export function describeCompact({ model, smaller, step, plan, chains, fitted }: Described): Omit<Reshaped, 'layers'> & {
  readonly layers: CompactLayer[];
  readonly left: { readonly convolutions: number; readonly macs: number; readonly params: number };
} {
  const changes = new Map<string, LayerChange>();
  for (const { node, kept } of plan.candidates) {
    const by = chains.get(node.name)?.map((name) => [...node.path.slice(0, -1), name]);
    const { state, reason } = kept ?? { state: 'skipped', reason: 'other layers lose less' };
    changes.set(pathKey(node), by ? { state: 'replaced', by } : { state, reason });
  }
  const reshaped = describeReshaped(model, smaller, changes, step.inputShape);
  const done = new Map(fitted.map((layer) => [layer.convolution.name, layer]));
  const layers = reshaped.layers.map((layer): CompactLayer => {
    const own = done.get(layer.name);
    if (!own) return layer.state === 'skipped' ? { reason: 'it is no convolution', ...layer } : layer;
    const { option, outputError } = own;
    if (layer.after.macs !== Math.round(option.macs))
      throw new Error(`the layer ${layer.name} came to ${layer.after.macs} MACs, not to ${option.macs}`);
    const form = option.form.words(option.sizes);
    return { ...layer, form, ...(outputError ? { outputError } : {}) };
  });
  const { before, after } = reshaped.totals;
  return {
    ...reshaped,
    layers,
    left: {
      convolutions: plan.macs,
      macs: shareOf(after.macs, before.macs),
      params: shareOf(after.params, before.params),
    },
  };
}

const shareOf = (after: number | null, before: number | null): number =>
  before !== null && before > 0 && after !== null ? after / before : 1;
