import type { Inspection } from '../../../src/protocol/model';
import type { RemovalPlan } from '../../../src/protocol/removal';

/** A removal of half the channels of every layer that can be pruned, but the last. */
export function removed({ layers, totals }: Inspection): RemovalPlan {
  const last = layers.findLast(({ prunable }) => prunable);
  const half = (value: number): number => Math.round(value / 2);
  return {
    layers: layers.map((layer) => {
      const { params, macs } = layer;
      const before = { width: layer.outputShape?.at(-1) ?? null, params, macs };
      const cut = layer.prunable && layer !== last;
      const after = cut
        ? { width: before.width && half(before.width), params: half(params), macs: macs === null ? null : half(macs) }
        : before;
      const reason = layer === last ? 'its outputs are the answers of the model' : 'it has no channels of its own';
      return {
        name: layer.name,
        type: layer.type,
        state: cut ? 'removed' : 'skipped',
        before,
        after,
        ...(cut ? {} : { reason }),
      };
    }),
    totals: { before: totals, after: { ...totals, params: half(totals.params), gzipBytes: half(totals.gzipBytes) } },
    difference: { largest: 3.1e-7, samples: 64, on: 'noise' },
    accuracy: null,
    noAccuracy: 'no dataset chosen',
  };
}
