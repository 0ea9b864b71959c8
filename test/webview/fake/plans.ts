import { nonzeroMacs, nonzeroMacsOf, sumMacs } from '../../../src/protocol/figures';
import type { PrunedLayer } from '../../../src/protocol/measure';
import type { Inspection, LayerInfo } from '../../../src/protocol/model';
import type { PlanCounts, PlannedLayer, PlannedSide, StepPlan } from '../../../src/protocol/plan';

const sideOf = ({ outputShape, params, nonzero, sparsity, macs }: LayerInfo): PlannedSide => ({
  ...{ width: outputShape?.at(-1) ?? null, params, nonzero, sparsity, macs },
  nonzeroMacs: nonzeroMacsOf({ macs, sparsity }),
});

/** The counts of a plan that leaves layers so; those that are not told of stay as they are. */
function countsOf(
  { layers, totals }: Inspection,
  told: (layer: LayerInfo, side: PlannedSide) => Partial<Omit<PlannedLayer, 'before'>>,
): PlanCounts {
  const planned = layers.map((layer): PlannedLayer => {
    const side = sideOf(layer);
    const { name, type } = layer;
    return { ...{ name, type, state: 'kept', threshold: null, before: side, after: side }, ...told(layer, side) };
  });
  const after = planned.map((layer) => layer.after);
  const sum = (of: (side: PlannedSide) => number): number => after.reduce((all, side) => all + of(side), 0);
  const weights = totals.kernelWeights;
  const left = after.reduce((all, { sparsity }, i) => all + (1 - (sparsity ?? 1)) * kernelWeights(layers[i]!), 0);
  return {
    layers: planned,
    totals: {
      before: { ...totals, nonzeroMacs: nonzeroMacs(layers) },
      after: {
        ...{ params: sum(({ params }) => params), nonzero: sum(({ nonzero }) => nonzero), kernelWeights: weights },
        ...{ sparsity: weights === 0 ? 0 : 1 - left / weights, macs: sumMacs(after.map(({ macs }) => macs)) },
        nonzeroMacs: sumMacs(after.map((side) => side.nonzeroMacs)),
      },
    },
  };
}

const kernelWeights = ({ tensors }: LayerInfo): number =>
  tensors.reduce((all, { kernel, params }) => all + (kernel ? params : 0), 0);

const packedIn = (gzipBytes: number) => ({
  packedBytes: Math.round(gzipBytes / 3),
  idealBits: (gzipBytes / 3.2) * 8,
});

const bytesOf = (
  { layers, totals }: PlanCounts,
  files: Inspection['totals'],
  gzipBytes: number,
): StepPlan['bytes'] => ({
  before: { bytes: files.bytes, gzipBytes: files.gzipBytes, ...packedIn(files.gzipBytes) },
  after: { bytes: files.bytes - 4 * (totals.before.params - totals.after.params), gzipBytes, ...packedIn(gzipBytes) },
  layers: layers.map(({ before, after }) => ({ before: 4 * before.nonzero, after: 4 * after.nonzero })),
});

/** A pruning with the layers that are told. */
export function prunedPlan(inspection: Inspection, after: readonly PrunedLayer[], gzipBytes: number) {
  const byName = new Map(after.map((layer) => [layer.name, layer]));
  const counts = countsOf(inspection, ({ name }, side) => {
    const { nonzero = side.nonzero, sparsity = side.sparsity, threshold = null, reason } = byName.get(name) ?? {};
    return {
      ...{ state: threshold === null ? 'skipped' : 'pruned', threshold },
      ...(reason === undefined ? {} : { reason }),
      after: { ...side, nonzero, sparsity, nonzeroMacs: nonzeroMacsOf({ ...side, sparsity }) },
    };
  });
  return { kind: 'zeros' as const, counts, bytes: bytesOf(counts, inspection.totals, gzipBytes) };
}

/** A removal of half the channels of every layer that can be pruned, but the last. */
export function removedPlan(inspection: Inspection): StepPlan {
  const last = inspection.layers.findLast(({ prunable }) => prunable);
  const half = (value: number): number => Math.round(value / 2);
  const counts = countsOf(inspection, (layer, side) => {
    if (!layer.prunable || layer === last)
      return {
        state: 'skipped',
        reason: layer === last ? 'it is the output of the model' : 'it makes no channels of its own',
      };
    const [params, macs] = [half(side.params), side.macs === null ? null : half(side.macs)];
    const after = { ...side, width: side.width && half(side.width), params, nonzero: params, sparsity: 0, macs };
    return { state: 'removed', after: { ...after, nonzeroMacs: macs } };
  });
  return {
    ...{ kind: 'channels', counts, bytes: bytesOf(counts, inspection.totals, half(inspection.totals.gzipBytes)) },
    difference: { largest: 3.1e-7, samples: 64, on: 'noise' },
    ...{ metrics: null, noAccuracy: 'no dataset chosen' },
  };
}

/** A factorization of every dense layer but the last to rank 16. */
export function factorizedPlan(inspection: Inspection): StepPlan {
  const dense = inspection.layers.filter(({ type }) => type === 'Dense').slice(0, -1);
  const counts = countsOf(inspection, (layer, side) => {
    if (!dense.includes(layer)) return { state: 'skipped', reason: layer.prunable ? 'no rank saves anything' : 'it has no weights' }; // prettier-ignore
    const shape = layer.tensors.find(({ kernel }) => kernel)?.shape ?? [];
    const inner = (size: number): number => size * 16;
    const [first, second] = [inner(shape[0] ?? 1), inner(shape[1] ?? 1) + (shape[1] ?? 1)];
    const part = (name: string, params: number, width: number) => ({
      ...{ name: `${layer.name}_${name}`, type: 'Dense', params, macs: params, shape: [null, width] },
    });
    const params = first + second;
    return {
      ...{ state: 'replaced', scheme: 'svd', ranks: [16], outputError: 0.031 },
      becomes: [part('in', first, 16), part('out', second, shape[1] ?? 1)],
      after: { ...side, params, nonzero: params, macs: params, nonzeroMacs: params },
    };
  });
  return {
    ...{
      kind: 'layers',
      counts,
      bytes: bytesOf(counts, inspection.totals, Math.round(inspection.totals.gzipBytes / 2)),
    },
    difference: { largest: 0.2, relativeTo: 'spread', error: 0.02, samples: 200, on: 'validation' },
    ...{ metrics: null, noAccuracy: 'no dataset chosen' },
  };
}

/** The plan of a step whose weights only the run finds. */
export function keptPlan(inspection: Inspection): StepPlan {
  const counts = countsOf(inspection, () => ({}));
  const bytes = bytesOf(counts, inspection.totals, inspection.totals.gzipBytes);
  return {
    ...{
      kind: 'same',
      counts,
      bytes: { ...bytes, after: null, layers: bytes.layers.map((one) => ({ ...one, after: null })) },
    },
    ...{ metrics: null, noAccuracy: 'no dataset chosen', notes: ['It is found while the step runs.'] },
  };
}
