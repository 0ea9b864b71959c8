import type { Histogram, PreviewCounts, PrunedLayer } from '../../protocol/measure';
import type { Inspection, LayerInfo } from '../../protocol/model';
import { CALIBRATION_SAMPLES, type PruneStep } from '../../protocol/steps/prune';
import { thresholdOf, toPruneAmount, type Amount } from './amount';
import { layerDistribution, zerosBelow, type Distribution } from './counting';

/** What the person means to prune: an amount for all layers together, and amounts of single layers, which go before it. */
export interface Plan {
  global: Amount | null;
  layers: Readonly<Record<string, Amount>>;
  allowEmptyLayers: boolean;
}

export const EMPTY_PLAN: Plan = { global: null, layers: {}, allowEmptyLayers: false };

/** Histograms by layer; null: the prunable kernels of all layers together. */
export type Histograms = ReadonlyMap<string | null, Histogram>;

/**
 * The plan as one step of a recipe; null where it prunes nothing. A share or a multiple of the deviation in a step is of the
 * layers without amounts of their own, so beside such the amount for all is written as the threshold that it comes to.
 * @param all what that amount is of; null: not known yet
 */
export function toPruneStep(plan: Plan, all: Distribution | null): PruneStep | null {
  const global = plan.global && plan.global.value > 0 ? plan.global : null;
  // An amount of 0 shields its layer from the global one; by itself it means nothing.
  const layers = Object.entries(plan.layers).filter(([, amount]) => amount.value > 0 || global);
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
    allowEmptyLayers: plan.allowEmptyLayers,
  };
}

function thresholdBeside(global: Amount, all: Distribution | null): number | null {
  if (global.mode === 'absolute') return global.value;
  return global.at ?? (all && thresholdOf(global, all));
}

/** With `amount` for one layer, or for all together (layer null); an amount of null takes it away. */
export function withAmount(plan: Plan, layer: string | null, amount: Amount | null): Plan {
  if (layer === null) return { ...plan, global: amount };
  const others = Object.entries(plan.layers).filter(([name]) => name !== layer);
  return { ...plan, layers: Object.fromEntries(amount ? [...others, [layer, amount]] : others) };
}

/** Kernel weights of a layer, and how many of them are 0. */
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

const ownThreshold = (plan: Plan, histogram: Histogram): number | null => {
  const own = histogram.layer === null ? undefined : plan.layers[histogram.layer];
  return own ? thresholdOf(own, layerDistribution(histogram)) : null;
};

/**
 * All weights that the amount for all layers is of, counted against all kernel weights of the model (protected ones
 * included). Layers with an amount of their own are among them: changing one of those moves no other layer's threshold.
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

/** What the plan leaves of one layer, counted in the page from magnitudes. */
function planned(layer: LayerInfo, histogram: Histogram, threshold: number, allowEmpty: boolean): PrunedLayer {
  const kernel = kernelCounts(layer);
  const before = histogram.zeros;
  let zeros = threshold > 0 ? zerosBelow(histogram, threshold) : before;
  let reason: string | undefined;
  if (zeros >= histogram.count && before < histogram.count && !allowEmpty) {
    zeros = histogram.count - 1;
    reason = 'it would lose all its weights, so it keeps its largest';
  }
  return {
    name: layer.name,
    sparsity: kernel.count > 0 ? (kernel.zeros + zeros - before) / kernel.count : null,
    threshold: threshold > 0 ? threshold : null,
    nonzero: layer.nonzero - (zeros - before),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** The plan's counts at once, to the resolution of the magnitude bins; the engine's exact ones replace them. */
export function countLocally(inspection: Inspection, histograms: Histograms, plan: Plan): PreviewCounts | null {
  const model = modelDistribution(inspection, histograms);
  if (!model) return null;
  const globalThreshold = plan.global ? thresholdOf(plan.global, model) : 0;
  const layers: PrunedLayer[] = [];
  let cut = 0;
  let complete = true;
  for (const layer of inspection.layers) {
    const histogram = histograms.get(layer.name);
    if (layer.prunable && histogram) {
      const after = planned(layer, histogram, ownThreshold(plan, histogram) ?? globalThreshold, plan.allowEmptyLayers);
      cut += layer.nonzero - after.nonzero;
      layers.push(after);
    } else {
      complete &&= !layer.prunable;
      const reason = layer.reason === undefined ? {} : { reason: layer.reason };
      layers.push({ name: layer.name, sparsity: layer.sparsity, threshold: null, nonzero: layer.nonzero, ...reason });
    }
  }
  const { params, nonzero, kernelWeights, sparsity } = inspection.totals;
  if (!complete) cut = model.zerosBelow(globalThreshold) - model.zerosBelow(0);
  const zeros = Math.round(sparsity * kernelWeights) + cut;
  return {
    layers,
    totals: { params, nonzero: nonzero - cut, sparsity: kernelWeights > 0 ? zeros / kernelWeights : 0 },
  };
}
