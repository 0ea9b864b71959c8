import type { Preview, PrunedLayer } from '../../protocol/measure';
import type { Inspection, LayerInfo } from '../../protocol/model';
import type { PlannedLayer, PlannedSide, StepPlan } from '../../protocol/plan';
import type { RemovalPlan } from '../../protocol/removal';

/** Bytes of one stored value. */
const BYTES: Readonly<Record<string, number>> = { float32: 4, int32: 4, float16: 2, uint16: 2, uint8: 1, bool: 1 };

const bytesPerParameter = (layer: LayerInfo): number =>
  layer.params > 0
    ? layer.tensors.reduce((sum, { params, dtype }) => sum + params * (BYTES[dtype] ?? 4), 0) / layer.params
    : 4;

const widthOf = ({ outputShape }: LayerInfo): number | null => outputShape?.at(-1) ?? null;

function ofNonzero(layer: LayerInfo, nonzero: number, sparsity: number | null): PlannedSide {
  return {
    width: widthOf(layer),
    sparsity,
    params: layer.params,
    bytes: Math.round(nonzero * bytesPerParameter(layer)),
    macs: layer.macs === null ? null : Math.round(layer.macs * (1 - (sparsity ?? 0))),
  };
}

const sumMacs = (sides: readonly PlannedSide[]): number | null =>
  sides.reduce<number | null>(
    (sum, { macs, params }) => (sum === null || (macs === null && params > 0) ? null : sum + (macs ?? 0)),
    0,
  );

/** The plan of a prune step, from what the engine previews. */
export function prunePlan({ layers, totals }: Inspection, preview: Preview): StepPlan {
  const after = new Map(preview.counts.layers.map((layer) => [layer.name, layer]));
  const planned = layers.map((layer): PlannedLayer => {
    const its = after.get(layer.name);
    return {
      name: layer.name,
      state: stateOf(layer, its),
      ...reasonOf(its?.reason ?? layer.reason),
      before: ofNonzero(layer, layer.nonzero, layer.sparsity),
      after: ofNonzero(layer, its?.nonzero ?? layer.nonzero, its?.sparsity ?? layer.sparsity),
    };
  });
  const { nonzero, params } = preview.counts.totals;
  return {
    kind: 'zeros',
    layers: planned,
    before: { ...totals, macs: sumMacs(planned.map((layer) => layer.before)) },
    after: { params, nonzero, ...preview.bytes, macs: sumMacs(planned.map((layer) => layer.after)) },
    difference: null,
    accuracy: preview.accuracy,
    ...(preview.noAccuracy === undefined ? {} : { noAccuracy: preview.noAccuracy }),
    ...(preview.notes === undefined ? {} : { notes: preview.notes }),
  };
}

function stateOf(layer: LayerInfo, after: PrunedLayer | undefined): PlannedLayer['state'] {
  if (after?.state) return after.state;
  return after && after.nonzero < layer.nonzero ? 'pruned' : 'skipped';
}

/** The plan of a remove step. */
export function removePlan({ layers, totals }: Inspection, removal: RemovalPlan): StepPlan {
  const infos = new Map(layers.map((layer) => [layer.name, layer]));
  return {
    kind: 'channels',
    layers: removal.layers.map(({ name, state, reason, before, after }) => {
      const info = infos.get(name);
      const each = info ? bytesPerParameter(info) : 4;
      return {
        name,
        state,
        ...reasonOf(reason),
        before: { ...before, sparsity: info?.sparsity ?? null, bytes: Math.round(before.params * each) },
        after: { ...after, sparsity: null, bytes: Math.round(after.params * each) },
      };
    }),
    before: { ...removal.totals.before, nonzero: totals.nonzero },
    after: { ...removal.totals.after, nonzero: removal.totals.after.params },
    difference: removal.difference,
    ...(removal.notCompared === undefined ? {} : { notCompared: removal.notCompared }),
    ...(removal.shortfall === undefined ? {} : { shortfall: removal.shortfall }),
    accuracy: removal.accuracy,
    ...(removal.noAccuracy === undefined ? {} : { noAccuracy: removal.noAccuracy }),
  };
}

const reasonOf = (reason: string | undefined): { reason?: string } => (reason === undefined ? {} : { reason });
