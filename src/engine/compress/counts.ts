import { nonzeroMacs, nonzeroMacsOf, sumMacs } from '../../protocol/figures';
import type { PrunedLayer } from '../../protocol/measure';
import type { PlanCounts, PlannedLayer, PlannedSide, PlannedTotals, Replacement } from '../../protocol/plan';
import type { RemovedLayer } from '../../protocol/removal';
import type { ModelContent } from '../checkpoint/types';
import { figuresOf } from '../measure/inspect';
import { readGraph } from '../model/graph';
import { withInputShape } from '../model/input-shapes';
import type { PrunedTotals } from './prune/plan';
import { widthOf } from './remove/axes';
import type { Reshaped } from './reshape/describe';

interface Sides {
  readonly layers: readonly { readonly name: string; readonly type: string; readonly side: PlannedSide }[];
  readonly totals: PlannedTotals;
}

/** Counts a model. @param inputShape size of the inputs for MACs, see `closeInputs` */
function sidesOf(model: ModelContent, inputShape?: readonly number[]): Sides {
  const graph = readGraph(inputShape ? withInputShape(model, inputShape) : model);
  const { layers, totals } = figuresOf(model, inputShape);
  return {
    layers: layers.map(({ name, type, params, nonzero, sparsity, macs }, i) => ({
      name,
      type,
      side: {
        ...{ width: widthOf(graph.layers[i]!), params, nonzero, sparsity, macs },
        nonzeroMacs: nonzeroMacsOf({ macs, sparsity }),
      },
    })),
    totals: { ...totals, nonzeroMacs: nonzeroMacs(layers) },
  };
}

type Report = Omit<PlannedLayer, 'name' | 'type' | 'before' | 'after'>;

function countsBetween(before: Sides, after: Sides, report: (place: number) => Report): PlanCounts {
  return {
    layers: before.layers.map(({ name, type, side }, i) => ({
      ...{ name, type, ...report(i) },
      before: side,
      after: (after.layers[i] ?? { side }).side,
    })),
    totals: { before: before.totals, after: after.totals },
  };
}

/**
 * Counts a step that neither prunes nor removes.
 * @param after the same network, where the step gives it other weights
 * @param inputShape size of the inputs for MACs, see `closeInputs`
 */
export function keptCounts(before: ModelContent, after = before, inputShape?: readonly number[]): PlanCounts {
  const now = sidesOf(before, inputShape);
  return countsBetween(now, after === before ? now : sidesOf(after, inputShape), () => ({
    state: 'kept',
    threshold: null,
  }));
}

/** The figures of a layer that a model does not have. */
const ABSENT: PlannedSide = { width: null, params: 0, nonzero: 0, sparsity: null, macs: 0, nonzeroMacs: 0 };

/** Counts a step after which another model takes the place of this one; layers of the same name are compared. */
export function replacedCounts(before: ModelContent, after: ModelContent): PlanCounts {
  const [now, then] = [sidesOf(before), sidesOf(after)];
  const [old, made] = [now, then].map(({ layers }) => new Map(layers.map((layer) => [layer.name, layer.side])));
  const alike = (one: PlannedSide, other: PlannedSide): boolean =>
    one.width === other.width && one.params === other.params && one.macs === other.macs;
  const stateOf = (name: string): PlannedLayer['state'] => {
    const [was, is] = [old!.get(name), made!.get(name)];
    if (!was) return 'new';
    if (!is) return 'dropped';
    return alike(was, is) ? 'kept' : was.width === is.width ? 'follows' : 'removed';
  };
  const gone = now.layers.filter(({ name }) => !made!.has(name));
  return {
    layers: [...then.layers, ...gone].map(({ name, type }) => ({
      ...{ name, type, state: stateOf(name), threshold: null },
      ...{ before: old!.get(name) ?? ABSENT, after: made!.get(name) ?? ABSENT },
    })),
    totals: { before: now.totals, after: then.totals },
  };
}

/** Takes the counts of a pruning from its plan, without reading the weights again. */
export function prunedCounts(
  model: ModelContent,
  { layers, totals }: { readonly layers: readonly PrunedLayer[]; readonly totals: PrunedTotals },
): PlanCounts {
  const before = sidesOf(model);
  const after = before.layers.map(({ name, type, side }, i) => {
    const { nonzero, sparsity } = layers[i]!;
    return { name, type, side: { ...side, nonzero, sparsity, nonzeroMacs: nonzeroMacsOf({ ...side, sparsity }) } };
  });
  const { nonzero, sparsity } = totals;
  const sums = { ...before.totals, nonzero, sparsity, nonzeroMacs: nonzeroMacs(after.map(({ side }) => side)) };
  return countsBetween(before, { layers: after, totals: sums }, (i) => {
    const { state = 'skipped', reason, threshold, outputError, untouched } = layers[i]!;
    return {
      ...{ state, threshold },
      ...(reason === undefined ? {} : { reason }),
      ...(outputError ? { outputError } : {}),
      ...(untouched ? { untouched } : {}),
    };
  });
}

/** Counts a removal. @param inputShape size of the inputs for MACs, see `closeInputs` */
export function removedCounts(
  model: ModelContent,
  { model: smaller, layers }: { readonly model: ModelContent; readonly layers: readonly RemovedLayer[] },
  inputShape?: readonly number[],
): PlanCounts {
  const before = sidesOf(model, inputShape);
  return countsBetween(before, sidesOf(smaller, inputShape), (i) => {
    // Weights that belong to no layer have a row of their own, at the end.
    const { state, reason } = layers[i] ?? { state: 'skipped', reason: 'it is not a layer of the model' };
    return { state, threshold: null, ...(reason === undefined ? {} : { reason }) };
  });
}

/** Counts a step that replaces layers. @param inputShape size of the inputs for MACs, see `closeInputs` */
export function reshapedCounts(
  model: ModelContent,
  {
    model: now,
    layers,
    parts,
  }: Pick<Reshaped, 'model' | 'parts'> & { readonly layers: readonly (Reshaped['layers'][number] & Replacement)[] },
  inputShape?: readonly number[],
): PlanCounts {
  const before = sidesOf(model, inputShape);
  const after = sidesOf(now, inputShape);
  const kernels = readGraph(now).layers.map(({ tensors }) =>
    tensors.reduce((sum, { kernel, params }) => sum + (kernel ? params : 0), 0),
  );
  const sides = layers.map((layer, i) => {
    const places = parts[i]!;
    const own = places.map((place) => after.layers[place]!.side);
    const weights = places.reduce((sum, place) => sum + kernels[place]!, 0);
    const zeros = places.reduce((sum, place, k) => sum + kernels[place]! * (own[k]!.sparsity ?? 0), 0);
    const sum = (key: 'params' | 'nonzero'): number => own.reduce((all, side) => all + side[key], 0);
    return {
      ...{ name: layer.name, type: layer.type },
      side: {
        ...{ width: layer.after.width, params: sum('params'), nonzero: sum('nonzero'), macs: layer.after.macs },
        sparsity: weights === 0 ? null : zeros / weights,
        nonzeroMacs: sumMacs(own.map((side) => side.nonzeroMacs)),
      },
    };
  });
  return countsBetween(before, { layers: sides, totals: after.totals }, (i) => {
    const { state, reason, becomes, into, scheme, ranks, form, outputError } = layers[i]!;
    return {
      ...{ state, threshold: null },
      ...(scheme === undefined ? {} : { scheme }),
      ...(ranks === undefined ? {} : { ranks }),
      ...(form === undefined ? {} : { form }),
      ...(outputError === undefined ? {} : { outputError }),
      ...(becomes ? { becomes } : {}),
      ...(into === undefined ? {} : { into }),
      ...(reason === undefined ? {} : { reason }),
    };
  });
}
