import type { RunResult } from '../../../protocol/run';

/** Makes the JSON of a command whose step reports on each layer; keys without a value are left out of it. */
export function layerDocument(result: RunResult, layers: readonly object[]) {
  const { out, before, after, metrics, accuracy, sampleData, normalization, noAccuracy, notes, onnx } = result;
  return {
    out,
    layers,
    totals: { before, after },
    metrics,
    accuracy,
    sampleData,
    normalization,
    noAccuracy,
    notes,
    onnx,
  };
}
