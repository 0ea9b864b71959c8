import { nonzeroMacs, nonzeroMacsOf, sparsityOf } from '../../protocol/figures';
import { t } from '../../protocol/l10n';
import type { Histogram } from '../../protocol/measure';
import type { Inspection, LayerInfo } from '../../protocol/model';
import type { PlanCounts, PlannedLayer, PlannedSide } from '../../protocol/plan';
import { CALIBRATION_SAMPLES, type PruneStep } from '../../protocol/steps/prune';
import { thresholdOf, toPruneAmount, type Amount } from './amount';
import { layerDistribution, zerosBelow, type Distribution } from './counting';

/** The amounts that a person set: one for all layers together, and amounts of single layers, which override it. */
export interface Amounts {
  global: Amount | null;
  layers: Readonly<Record<string, Amount>>;
  allowEmptyLayers: boolean;
}

export const NO_AMOUNTS: Amounts = { global: null, layers: {}, allowEmptyLayers: false };

/** Histograms by layer; null: the prunable kernels of all layers together. */
export type Histograms = ReadonlyMap<string | null, Histogram>;

/**
 * The amounts as one step of a recipe; null if they prune nothing. A recipe's sparsity or multiple of deviations counts only
 * layers without their own amount. So beside such layers the amount for all layers becomes its threshold.
 * @param all the weights of the amount for all layers; null: not known yet
 */
export function toPruneStep(amounts: Amounts, all: Distribution | null): PruneStep | null {
  const global = amounts.global && amounts.global.value > 0 ? amounts.global : null;
  // An amount of 0 protects its layer from the global one; alone it has no effect.
  const layers = Object.entries(amounts.layers).filter(([, amount]) => amount.value > 0 || global);
  if (!global && layers.length === 0) return null;
  const threshold = global && layers.length > 0 ? thresholdBeside(global, all) : undefined;
  if (threshold === null) return null;
  return {
    step: 'prune',
    score: 'magnitude',
    samples: CALIBRATION_SAMPLES,
    scope: global ? 'global' : 'layer',
    ...(global ? { amount: threshold === undefined ? toPruneAmount(global) : { threshold } } : {}),
    ...(layers.length > 0
      ? { layers: Object.fromEntries(layers.map(([name, amount]) => [name, toPruneAmount(amount)])) }
      : {}),
    allowEmptyLayers: amounts.allowEmptyLayers,
  };
}

function thresholdBeside(global: Amount, all: Distribution | null): number | null {
  if (global.mode === 'absolute') return global.value;
  return global.at ?? (all && thresholdOf(global, all));
}

/** The amounts with another amount for one layer, or for all layers (layer null); null removes it. */
export function withAmount(amounts: Amounts, layer: string | null, amount: Amount | null): Amounts {
  if (layer === null) return { ...amounts, global: amount };
  const others = Object.entries(amounts.layers).filter(([name]) => name !== layer);
  return { ...amounts, layers: Object.fromEntries(amount ? [...others, [layer, amount]] : others) };
}

/** The kernel weights of a layer, and the zeros among them. */
export function kernelCounts(layer: LayerInfo): { count: number; zeros: number } {
  let count = 0;
  let zeros = 0;
  for (const tensor of layer.tensors)
    if (tensor.kernel) {
      count += tensor.params;
      zeros += tensor.params - tensor.nonzero;
    }
  return { count, zeros };
}

const ownThreshold = (amounts: Amounts, histogram: Histogram): number | null => {
  const own = histogram.layer === null ? undefined : amounts.layers[histogram.layer];
  return own ? thresholdOf(own, layerDistribution(histogram)) : null;
};

/**
 * The weights that the amount for all layers ranks, counted against all kernel weights of the model (protected ones
 * included). Layers with their own amount are included, so that changing one moves no other layer's threshold.
 */
export function modelDistribution({ totals }: Inspection, histograms: Histograms): Distribution | null {
  const all = histograms.get(null);
  if (!all) return null;
  const beside = Math.round(totals.sparsity * totals.kernelWeights) - all.zeros;
  return {
    count: totals.kernelWeights,
    max: all.magnitudes.max,
    std: all.std,
    zerosBelow: (threshold) => beside + zerosBelow(all, threshold),
  };
}

const sideOf = ({ outputShape, params, nonzero, sparsity, macs }: LayerInfo): PlannedSide => ({
  ...{ width: outputShape?.at(-1) ?? null, params, nonzero, sparsity, macs },
  nonzeroMacs: nonzeroMacsOf({ macs, sparsity }),
});

/** The counts of a layer that keeps its weights. */
function skipped(layer: LayerInfo): PlannedLayer {
  const { name, type, reason } = layer;
  const side = sideOf(layer);
  return {
    ...{ name, type, state: 'skipped', threshold: null, before: side, after: side },
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The counts of one layer after pruning at a threshold, counted in the page from magnitudes. */
function planned(layer: LayerInfo, histogram: Histogram, threshold: number, allowEmpty: boolean): PlannedLayer {
  if (threshold <= 0) return skipped(layer);
  const kernel = kernelCounts(layer);
  const before = histogram.zeros;
  let zeros = zerosBelow(histogram, threshold);
  let reason: string | undefined;
  if (zeros >= histogram.count && before < histogram.count && !allowEmpty) {
    zeros = histogram.count - 1;
    reason = t('it would lose all its weights, so it keeps its largest');
  }
  const { name, type, macs } = layer;
  const side = sideOf(layer);
  const sparsity = sparsityOf(kernel.zeros + zeros - before, kernel.count);
  const nonzero = layer.nonzero - (zeros - before);
  return {
    ...{ name, type, state: 'pruned', threshold, before: side },
    after: { ...side, nonzero, sparsity, nonzeroMacs: nonzeroMacsOf({ macs, sparsity }) },
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Counts the amounts at once, to the resolution of the magnitude bins; the engine's exact ones replace them. */
export function countLocally(inspection: Inspection, histograms: Histograms, amounts: Amounts): PlanCounts | null {
  const model = modelDistribution(inspection, histograms);
  if (!model) return null;
  const globalThreshold = amounts.global ? thresholdOf(amounts.global, model) : 0;
  const layers: PlannedLayer[] = [];
  let newZeros = 0;
  let complete = true;
  for (const layer of inspection.layers) {
    const histogram = histograms.get(layer.name);
    if (layer.prunable && histogram) {
      const its = planned(
        layer,
        histogram,
        ownThreshold(amounts, histogram) ?? globalThreshold,
        amounts.allowEmptyLayers,
      );
      newZeros += layer.nonzero - its.after.nonzero;
      layers.push(its);
    } else {
      complete &&= !layer.prunable;
      layers.push(skipped(layer));
    }
  }
  const { params, nonzero, kernelWeights, sparsity, macs, macsFor } = inspection.totals;
  if (!complete) newZeros = model.zerosBelow(globalThreshold) - model.zerosBelow(0);
  const zeros = Math.round(sparsity * kernelWeights) + newZeros;
  const size = { params, kernelWeights, macs, ...(macsFor ? { macsFor } : {}) };
  const macsOf = (of: (layer: PlannedLayer) => PlannedSide): number | null => nonzeroMacs(layers.map(of));
  return {
    layers,
    totals: {
      before: { ...size, nonzero, sparsity, nonzeroMacs: macsOf(({ before }) => before) },
      after: {
        ...size,
        nonzero: nonzero - newZeros,
        sparsity: sparsityOf(zeros, kernelWeights) ?? 0,
        nonzeroMacs: macsOf(({ after }) => after),
      },
    },
  };
}
