import type { Histogram } from '../../../src/protocol/measure';
import type { Inspection, LayerInfo } from '../../../src/protocol/model';

/** A histogram of these weights, counted as the engine does. */
export function histogramOf(layer: string | null, weights: readonly number[], bins = 64, magnitudes = 1024): Histogram {
  const nonzero = weights.filter((w) => w !== 0);
  const max = Math.max(0, ...nonzero.map(Math.abs));
  const width = max > 0 ? (2 * max) / bins : 2 / bins;
  const counts = new Array<number>(bins).fill(0);
  const fine = new Array<number>(magnitudes).fill(0);
  for (const w of nonzero) {
    counts[Math.min(bins - 1, Math.floor((w + max) / width))]!++;
    fine[Math.min(magnitudes - 1, Math.floor((Math.abs(w) / max) * magnitudes))]!++;
  }
  const mean = weights.reduce((sum, w) => sum + w, 0) / Math.max(1, weights.length);
  return {
    layer,
    count: weights.length,
    zeros: weights.length - nonzero.length,
    nan: 0,
    infinite: 0,
    min: Math.min(0, ...weights),
    max: Math.max(0, ...weights),
    mean,
    std: Math.sqrt(weights.reduce((sum, w) => sum + (w - mean) ** 2, 0) / Math.max(1, weights.length)),
    start: -max,
    width,
    counts,
    magnitudes: { max, counts: fine },
  };
}

/** A layer with one kernel of these weights and a bias of `biases` nonzero numbers. */
export function layerOf(name: string, weights: readonly number[], biases = 0): LayerInfo {
  const nonzero = weights.filter((w) => w !== 0).length;
  const tensor = { dtype: 'float32', kernel: true, prunable: true };
  return {
    name,
    type: 'Dense',
    outputShape: [10],
    params: weights.length + biases,
    nonzero: nonzero + biases,
    sparsity: 1 - nonzero / weights.length,
    macs: weights.length,
    bitsPerWeight: { stored: 32 },
    prunable: true,
    tensors: [
      { ...tensor, name: `${name}/kernel`, shape: [weights.length], params: weights.length, nonzero },
      {
        ...tensor,
        name: `${name}/bias`,
        shape: [biases],
        params: biases,
        nonzero: biases,
        kernel: false,
        prunable: false,
      },
    ],
  };
}

/** A layer without weights. */
export const emptyLayer = (name: string): LayerInfo => ({
  name,
  type: 'Flatten',
  outputShape: [10],
  params: 0,
  nonzero: 0,
  sparsity: null,
  macs: 0,
  bitsPerWeight: null,
  prunable: false,
  reason: 'it has no weights',
  tensors: [],
});

/** A model of these layers. */
export function inspectionOf(layers: LayerInfo[]): Inspection {
  const sum = (of: (layer: LayerInfo) => number): number => layers.reduce((total, layer) => total + of(layer), 0);
  const kernels = layers.flatMap((layer) => layer.tensors.filter((tensor) => tensor.kernel));
  const kernelWeights = kernels.reduce((total, tensor) => total + tensor.params, 0);
  const kernelNonzero = kernels.reduce((total, tensor) => total + tensor.nonzero, 0);
  return {
    name: 'test',
    path: '/test/model.json',
    format: 'layers-model',
    weightsHash: 'hash',
    layers,
    totals: {
      params: sum((layer) => layer.params),
      nonzero: sum((layer) => layer.nonzero),
      kernelWeights,
      sparsity: kernelWeights > 0 ? 1 - kernelNonzero / kernelWeights : 0,
      macs: sum((layer) => layer.macs ?? 0),
      bytes: 1000,
      gzipBytes: 900,
    },
  };
}
