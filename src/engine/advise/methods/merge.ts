import type { LayerSaving } from '../../../protocol/advice';
import { UserError } from '../../../protocol/errors';
import type { RecipeStepInput } from '../../../protocol/steps';
import { MergeStep } from '../../../protocol/steps/merge';
import type { ModelContent } from '../../checkpoint/types';
import { mergeLayers } from '../../compress/merge/merge';
import { readGraph } from '../../model/graph';
import type { AdviceMethod, Circumstances, Family, Merges } from './method';
import { PACK } from './training';

const MERGE: RecipeStepInput = { step: 'merge' };

/** Steps that give weights few values, or write the file: layers are merged before them, and after the training of free weights. */
const LATE: ReadonlySet<RecipeStepInput['step']> = new Set(['quantize', 'cluster', 'pack']);

const merged: Family = {
  name: 'merge',
  strengths: [0],
  between: false,
  reduces: ['latency', 'macs', 'bytes'],
  title: () => 'Layers merged, nothing lost',
  does: () =>
    'Folds normalization into the layers beside it and drops layers that do nothing, so that an answer takes less time. The outputs stay the same; nothing is trained.',
  steps: () => [MERGE, PACK],
};

/**
 * Lets the recipes of a family merge layers too: first, because a product of layers has no zeros of its factors; or before
 * weights get few values, where the model trains better with its normalization.
 */
export const withMerging = (family: Family, merges: Merges): Family => ({
  ...family,
  steps: (strength) => {
    const steps = family.steps(strength);
    if (steps.some(({ step }) => step === 'merge')) return steps;
    const at = merges === 'first' ? 0 : steps.findIndex(({ step }) => LATE.has(step));
    return [...steps.slice(0, at), MERGE, ...steps.slice(at)];
  },
});

/** Tells when layers of a model are best merged, undefined where none can be, and on which model recipes begin then. */
export function mergesIn(model: ModelContent): Pick<Circumstances, 'merges' | 'start'> {
  try {
    const { model: merged } = mergeLayers(model, MergeStep.parse(MERGE));
    const isLate = readGraph(model).nodes.some(({ op }) => op.kind === 'batch-normalization');
    return isLate ? { merges: 'late', start: model } : { merges: 'first', start: merged };
  } catch (error) {
    if (error instanceof UserError) return { merges: undefined, start: model };
    throw error;
  }
}

type Saving = Omit<LayerSaving, 'method'>;

function told(model: ModelContent): ReadonlyMap<string, Saving> {
  const { layers } = mergeLayers(model, MergeStep.parse(MERGE));
  return new Map(
    layers.map(({ name, state, before, after, into, reason = 'it cannot be merged' }): [string, Saving] => {
      if (state === 'absorbs') return [name, { state: 'cannot', reason: 'it takes in a layer beside it' }];
      if (state === 'skipped' || state === 'protected') return [name, { state: 'cannot', reason }];
      const params = before.params - after.params;
      const saves = { bytes: 4 * params, params, macs: (before.macs ?? 0) - (after.macs ?? 0) };
      const amount = into === undefined ? state : `merged into ${into}`;
      return [name, { state: 'offers', amount, saves, metrics: null }];
    }),
  );
}

export const merge: AdviceMethod = {
  name: 'merge',
  layers: { told },
  families: ({ merges }) => (merges === undefined ? [] : [merged]),
};
