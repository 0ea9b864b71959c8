import type { ScannedLayer } from '../../../protocol/measure/sensitivity';
import { RemoveStep } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import type { LayerCompressor } from '../../measure/sensitivity/compressor';
import { readGraph } from '../../model/graph';
import { shareOf } from '../share';
import { maskChannels } from './mask';
import { planRemove } from './plan';
import type { GroupScores } from './scores/score';

/** Removes channels of one layer at a time, and computes the share that each layer loses in a joint removal. */
export interface ChannelPruner extends LayerCompressor {
  /** Computes the share of channels that each layer loses, by name. */
  shares(removed: ReadonlySet<number>): Map<string, number>;
}

/**
 * Removes channels of one layer of a model at a time: it masks them, which gives the same outputs.
 * Coupled layers lose channels together, under the name of the first.
 * @param scores of the model's groups
 * @throws UserError where no channel may go, or a protected layer does not exist
 */
export function channelPruner(
  model: ModelContent,
  { score, protect }: Pick<RemoveStep, 'score' | 'protect'>,
  scores: GroupScores,
): ChannelPruner {
  const step = (amounts: Partial<RemoveStep>): RemoveStep =>
    RemoveStep.parse({ step: 'remove', score, scope: 'layer', ...(protect ? { protect } : {}), ...amounts });
  const { groups, free, layers: planned } = planRemove(model, step({ amount: { channels: 0 } }), scores);
  const graph = readGraph(model).layers;
  const removable = new Map<string, readonly number[]>();
  const layers = groups.layers.map(({ name }, i): ScannedLayer => {
    const own = free.filter(({ producers }) => producers.includes(i));
    const first = own[0] && groups.layers[own[0].producers[0]!]!.name;
    if (own.some(({ producers }) => producers[0] === i)) {
      const all = own.flatMap((coupled) => coupled.groups);
      removable.set(name, all);
      const producers = [...new Set(own.flatMap((coupled) => coupled.producers))];
      const made = producers.flatMap((producer) => graph[producer]!.tensors).filter(({ kernel }) => kernel);
      return { name, parameters: made.map(({ tensor }) => tensor.name), size: all.length, state: 'scanned' };
    }
    const alone = { name, parameters: [], size: 0 };
    if (first !== undefined)
      return { ...alone, state: 'skipped', reason: `its channels are coupled with those of "${first}"` };
    const { state, reason } = planned.find((layer) => layer.name === name) ?? {};
    const why = reason ?? (state === 'follows' ? 'it makes no channels of its own' : undefined);
    return {
      ...alone,
      state: state === 'protected' ? 'protected' : 'skipped',
      ...(why === undefined ? {} : { reason: why }),
    };
  });
  return {
    layers,
    compress: (layer, sparsity) => {
      const { removed } = planRemove(model, step({ layers: { [layer]: sparsity } }), scores);
      return {
        tensors: maskChannels(model, groups, removed).tensors,
        reached: removed.size / Math.max(1, removable.get(layer)?.length ?? 0),
      };
    },
    shares: (removed) => {
      const lost = [...removable].map(([name, own]) => {
        const share = own.filter((one) => removed.has(one)).length / own.length;
        return [name, shareOf(own.length, share)] as const;
      });
      return new Map(lost.filter(([, share]) => share > 0));
    },
  };
}
