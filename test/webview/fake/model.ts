import type { PrunedLayer } from '../../../src/protocol/measure';
import type { Inspection, LayerInfo } from '../../../src/protocol/model';
import type { PruneAmount, PruneStep } from '../../../src/protocol/steps/prune';
import { gzipBytes, trainedWeights } from './weights';

/** A model with its weights, as only the engine would hold it. */
export interface FakeModel {
  inspection: Inspection;
  /** Kernels by layer name; of a large one a part. */
  kernels: ReadonlyMap<string, Float32Array>;
}

export interface Spec {
  name: string;
  type: string;
  output: number[];
  kernel?: number[];
  macs: number;
}

/** The layers of `fashion-cnn`. */
const FASHION_CNN: readonly Spec[] = [
  { name: 'conv2d', type: 'Conv2D', output: [28, 28, 32], kernel: [3, 3, 1, 32], macs: 225_792 },
  { name: 'max_pooling2d', type: 'MaxPooling2D', output: [14, 14, 32], macs: 0 },
  { name: 'conv2d_1', type: 'Conv2D', output: [14, 14, 64], kernel: [3, 3, 32, 64], macs: 3_612_672 },
  { name: 'max_pooling2d_1', type: 'MaxPooling2D', output: [7, 7, 64], macs: 0 },
  { name: 'conv2d_2', type: 'Conv2D', output: [7, 7, 64], kernel: [3, 3, 64, 64], macs: 1_806_336 },
  { name: 'flatten', type: 'Flatten', output: [3136], macs: 0 },
  { name: 'dense', type: 'Dense', output: [128], kernel: [3136, 128], macs: 401_408 },
  { name: 'dense_1', type: 'Dense', output: [10], kernel: [128, 10], macs: 1_280 },
];

/** A deep model of many layers, to see that a long table stays fluid. */
const deep = (layers: number): Spec[] =>
  Array.from({ length: layers }, (_, index) =>
    index % 5 === 4
      ? { name: `activation_${index}`, type: 'Activation', output: [14, 14, 16], macs: 0 }
      : {
          name: `block_${Math.floor(index / 5)}_convolution_with_a_long_name_${index % 5}`,
          type: 'Conv2D',
          output: [14, 14, 16],
          kernel: [3, 3, 8, 16],
          macs: 225_792,
        },
  );

const product = (shape: readonly number[]): number => shape.reduce((size, next) => size * next, 1);
const nonzeroOf = (kernel: Float32Array): number => kernel.reduce((count, w) => count + Number(w !== 0), 0);
/** The share of weights that are not 0. */
const density = (kernel: Float32Array): number => nonzeroOf(kernel) / kernel.length;

function layerInfo(spec: Spec, kernel: Float32Array | undefined): LayerInfo {
  if (!spec.kernel || !kernel)
    return {
      name: spec.name,
      type: spec.type,
      outputShape: [null, ...spec.output],
      params: 0,
      nonzero: 0,
      sparsity: null,
      macs: spec.macs,
      bitsPerWeight: null,
      prunable: false,
      reason: 'it has no weights',
      tensors: [],
    };
  const units = spec.kernel.at(-1) ?? 0;
  const size = product(spec.kernel);
  const nonzero = Math.round(density(kernel) * size);
  return {
    name: spec.name,
    type: spec.type,
    outputShape: [null, ...spec.output],
    params: size + units,
    nonzero: nonzero + units,
    sparsity: 1 - density(kernel),
    macs: spec.macs,
    // As if the last layer were clustered.
    bitsPerWeight: { stored: 32, ...(spec.name === 'dense_1' ? { few: { values: 16, entropy: 3.71 } } : {}) },
    prunable: true,
    tensors: [
      {
        name: `${spec.name}/kernel`,
        shape: spec.kernel,
        dtype: 'float32',
        params: size,
        nonzero,
        kernel: true,
        prunable: true,
      },
      {
        name: `${spec.name}/bias`,
        shape: [units],
        dtype: 'float32',
        params: units,
        nonzero: units,
        kernel: false,
        prunable: false,
        reason: 'biases are not pruned: they are few, and each shifts a whole unit',
      },
    ],
  };
}

/** Weights that are made up for a layer of a large model. */
const MOST = 20_000;

/** Builds a model with random weights. `sparsity`: share of weights that are 0 from the start. */
export const fakeModel = (layers: number | null, sparsity: number): Promise<FakeModel> =>
  modelOf(layers === null ? 'fashion-cnn' : `deep-${layers}`, layers === null ? FASHION_CNN : deep(layers), sparsity);

/** Builds a large model, of which each layer has a part of its weights at most, and all of them in every figure. */
export const largeModel = (name: string, specs: readonly Spec[]): Promise<FakeModel> => modelOf(name, specs, 0, MOST);

async function modelOf(name: string, specs: readonly Spec[], sparsity: number, most = Infinity): Promise<FakeModel> {
  const kernels = new Map<string, Float32Array>();
  specs.forEach((spec, index) => {
    if (!spec.kernel) return;
    const size = Math.min(most, product(spec.kernel));
    const kernel = trainedWeights(size, product(spec.kernel.slice(0, -1)), index + 1);
    if (sparsity > 0) {
      const cut = threshold([kernel], Math.round(sparsity * kernel.length));
      kernels.set(spec.name, cutBelow(kernel, cut));
    } else kernels.set(spec.name, kernel);
  });
  const infos = specs.map((spec) => layerInfo(spec, kernels.get(spec.name)));
  const sum = (of: (layer: LayerInfo) => number): number => infos.reduce((total, layer) => total + of(layer), 0);
  const all = [...kernels.values()];
  const kernelWeights = specs.reduce((total, { kernel }) => total + (kernel ? product(kernel) : 0), 0);
  const known = all.reduce((total, kernel) => total + kernel.length, 0);
  const params = sum((layer) => layer.params);
  return {
    kernels,
    inspection: {
      ...{
        name,
        path: '/models/fashion-cnn/model.json',
        format: 'layers-model',
        weightsHash: `fake-${name}-${sparsity}`,
      },
      layers: infos,
      totals: {
        params,
        nonzero: sum((layer) => layer.nonzero),
        kernelWeights,
        sparsity: 1 - all.reduce((total, kernel) => total + nonzeroOf(kernel), 0) / known,
        macs: sum((layer) => layer.macs ?? 0),
        bytes: params * 4 + 2846,
        gzipBytes: Math.round(((await gzipBytes(all)) * kernelWeights) / known) + 780,
      },
    },
  };
}

/** The number of weights of a layer's kernel. */
export const kernelSize = ({ tensors }: LayerInfo): number => tensors.find(({ kernel }) => kernel)?.params ?? 0;

const cutBelow = (kernel: Float32Array, below: number): Float32Array =>
  kernel.map((w) => (Math.abs(w) < below ? 0 : w));

/** The threshold at which so many weights are 0. */
function threshold(kernels: readonly Float32Array[], zeros: number): number {
  const sizes = new Float32Array(kernels.reduce((total, kernel) => total + kernel.length, 0));
  let at = 0;
  for (const kernel of kernels) for (const w of kernel) sizes[at++] = Math.abs(w);
  sizes.sort();
  return sizes[Math.min(sizes.length - 1, Math.max(0, zeros))] ?? 0;
}

/** The threshold at which such a share of all weights is 0, where each kernel is a part of one with as many weights as `sizes` says. */
function thresholdOfParts(kernels: readonly Float32Array[], sizes: readonly number[], share: number): number {
  const wanted = share * sizes.reduce((total, size) => total + size, 0);
  let [low, high] = [0, 1];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    const zeros = kernels.reduce((total, kernel, k) => total + (1 - nonzeroOf(cutBelow(kernel, middle)) / kernel.length) * sizes[k]!, 0); // prettier-ignore
    if (zeros < wanted) low = middle;
    else high = middle;
  }
  return high;
}

/** @param sizes the number of weights that each kernel stands for */
function amountThreshold(amount: PruneAmount, kernels: readonly Float32Array[], sizes: readonly number[]): number {
  if ('threshold' in amount) return amount.threshold;
  if ('sparsity' in amount) {
    const of = kernels.reduce((total, kernel) => total + kernel.length, 0);
    return kernels.every((kernel, k) => kernel.length === sizes[k])
      ? threshold(kernels, Math.round(amount.sparsity * of))
      : thresholdOfParts(kernels, sizes, amount.sparsity);
  }
  let sum = 0;
  let squares = 0;
  let count = 0;
  for (const kernel of kernels)
    for (const w of kernel) {
      sum += w;
      squares += w * w;
      count++;
    }
  return amount.standardDeviations * Math.sqrt(squares / count - (sum / count) ** 2);
}

/** The result of a pruning: layers, totals, and the kernels. */
interface Pruned {
  counts: { layers: PrunedLayer[]; totals: { params: number; nonzero: number; sparsity: number } };
  kernels: Float32Array[];
}

/** Prunes as the engine would: counts, and the kernels that are left. */
export function pruned(model: FakeModel, step: PruneStep): Pruned {
  const own = step.layers ?? {};
  const ranked = [...model.kernels].filter(([name]) => !(name in own));
  const sizes = new Map(model.inspection.layers.map((layer) => [layer.name, kernelSize(layer)]));
  const all = step.amount
    ? amountThreshold(
        step.amount,
        ranked.map(([, kernel]) => kernel),
        ranked.map(([name]) => sizes.get(name) ?? 0),
      )
    : 0;
  const kernels: Float32Array[] = [];
  const layers = model.inspection.layers.map((layer): PrunedLayer => {
    const kernel = model.kernels.get(layer.name);
    if (!kernel)
      return { name: layer.name, sparsity: null, threshold: null, nonzero: layer.nonzero, reason: layer.reason ?? '' };
    const amount = own[layer.name];
    const below = amount ? amountThreshold(amount, [kernel], [kernel.length]) : all;
    let left = cutBelow(kernel, below);
    let reason: string | undefined;
    if (!step.allowEmptyLayers && nonzeroOf(left) === 0) {
      left = cutBelow(kernel, threshold([kernel], kernel.length - 1));
      reason = 'It would lose all its weights, so it keeps its largest.';
    }
    kernels.push(left);
    const size = kernelSize(layer);
    return {
      name: layer.name,
      sparsity: 1 - density(left),
      threshold: below > 0 ? below : null,
      nonzero: layer.nonzero - Math.round(size * (density(kernel) - density(left))),
      ...(reason === undefined ? {} : { reason }),
    };
  });
  const { params } = model.inspection.totals;
  const [left, known] = [nonzeroOf, (kernel: Float32Array) => kernel.length].map((of) => kernels.reduce((total, kernel) => total + of(kernel), 0)); // prettier-ignore
  return {
    kernels,
    counts: {
      layers,
      totals: {
        params,
        nonzero: layers.reduce((total, layer) => total + layer.nonzero, 0),
        sparsity: 1 - left! / known!,
      },
    },
  };
}
