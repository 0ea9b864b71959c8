import type { CompareRequests } from '../../../src/protocol/compare-page';
import type { Latency } from '../../../src/protocol/measure/latency';
import { NO_DATASET, type DatasetInfo } from '../../../src/protocol/dataset';
import type { Evaluation } from '../../../src/protocol/measure/evaluation';
import type { Comparison } from '../../../src/protocol/measure/compare';
import { PruneStep } from '../../../src/protocol/steps/prune';
import type { Handlers } from '../../../src/rpc/peer';
import { fakeModel, pruned } from './model';
import { fakePacking } from './packed';
import { fakeTopology } from './topology';
import { histogramOf } from './weights';

/** The dense model beside one with nine of ten weights pruned. */
async function fakeComparison(evaluation: Evaluation | null): Promise<Comparison> {
  const model = await fakeModel(null, 0);
  const { counts, kernels } = pruned(model, PruneStep.parse({ step: 'prune', amount: { sparsity: 0.9 } }));
  const { inspection } = model;
  const dense = [...model.kernels.values()];
  const both = (name: string | null, a: Float32Array[], b: Float32Array[]) => {
    const [left, right] = [histogramOf(name, a, 256), histogramOf(name, b, 256)];
    return {
      start: left.start,
      width: left.width,
      a: { zeros: left.zeros, counts: left.counts },
      // The pruned weights are all near 0, so the bins are the same.
      b: { zeros: right.zeros, counts: right.counts },
    };
  };
  const named = [...model.kernels.keys()];
  const side = {
    path: inspection.path,
    weightsHash: 'h',
    evaluation,
    ...(evaluation ? {} : { noAccuracy: NO_DATASET }),
  };
  return {
    a: { ...side, name: 'fashion-cnn', totals: inspection.totals },
    b: {
      ...{ ...side, name: 'fashion-cnn-pruned-90', path: '/models/pruned/model.json' },
      totals: { ...inspection.totals, ...counts.totals, gzipBytes: 230_000 },
    },
    layers: inspection.layers.map((layer, index) => {
      const { type, outputShape, params, nonzero, sparsity, macs } = layer;
      const after = counts.layers[index];
      const at = named.indexOf(layer.name);
      const [a, b] = [dense[at], kernels[at]];
      return {
        name: layer.name,
        a: { type, outputShape, params, nonzero, sparsity, macs },
        b: { ...{ type, outputShape, params, macs }, nonzero: after?.nonzero ?? 0, sparsity: after?.sparsity ?? null },
        histogram: a && b ? both(layer.name, [a], [b]) : null,
      };
    }),
    histogram: both(null, dense, kernels),
  };
}

/** Both take about the same time, as zeros make nothing faster. */
function fakeLatency(): Latency {
  const times = (median: number) => ({
    ...{ median, lowerQuartile: 0.97 * median, upperQuartile: 1.05 * median, min: 0.9 * median, runs: 50 },
  });
  const model = {
    name: 'fashion-cnn',
    path: '/models/dense/model.json',
    params: 458_570,
    sparsity: 0,
    macs: 6_046_208,
  };
  return {
    model,
    other: { ...model, path: '/models/pruned/model.json', sparsity: 0.9 },
    batches: [
      { batch: 1, model: times(0.8), other: times(0.81), ratio: 1.0125 },
      { batch: 100, model: times(12), other: times(11.9), ratio: 0.9917 },
    ],
    backend: { name: 'onnxruntime', version: '1.20.0', threads: 2 },
    note: 'Both have the same shapes, so the same speed: zeros are multiplied like any number.',
  };
}

/** The extension host's side of a page that compares. Both models are evaluated once there is data. */
export function comparedHandlers(dataset: DatasetInfo, evaluation: Evaluation): Handlers<CompareRequests> {
  let known: Evaluation | null = null;
  return {
    comparison: () => fakeComparison(known),
    packedSide: async ({ side }) => {
      const { [side]: model, layers } = await fakeComparison(known);
      const its = layers.flatMap(({ name, [side]: layer }) =>
        layer ? [{ name, ...layer, bitsPerWeight: null, prunable: true, tensors: [] }] : [],
      );
      return fakePacking({ totals: model.totals, layers: its });
    },
    topologyOfSide: async ({ side }) => {
      const topology = fakeTopology((await fakeModel(null, 0)).inspection);
      if (side === 'a') return topology;
      // The other one is narrower in a layer, and has none of the last dropout.
      const nodes = topology.nodes.map((node, i) =>
        i === 2 && node.shape ? { ...node, shape: [...node.shape.slice(0, -1), 7] } : node,
      );
      return { ...topology, nodes };
    },
    latency: () => Promise.resolve(fakeLatency()),
    chooseDataForBoth: () => {
      known = evaluation;
      return Promise.resolve(dataset);
    },
    openCheckpoint: () => Promise.resolve(null),
    showLog: () => Promise.resolve(null),
  };
}
