import { UserError } from '../../protocol/errors';
import type { Histogram } from '../../protocol/measure';
import { surveyOf, together } from '../checkpoint/survey';
import type { ModelContent, Tensor, TensorData } from '../checkpoint/types';
import { isElsewhere, piecesOf } from '../checkpoint/values';
import { readGraph } from '../model/graph';
import type { GraphLayer } from '../model/model-graph';

/** Bins of |w|, fine enough for the page to count a moving threshold. */
const MAGNITUDE_BINS = 1024;

/**
 * Computes one histogram for each of `layers`; null means the prunable kernels of all layers together. A layer shows its
 * prunable weights, else its kernels, else all its numbers.
 * @param bins of each, 8 or more
 * @throws UserError for a layer that the model does not have
 */
export function histograms(model: ModelContent, layers: readonly (string | null)[], bins: number): Histogram[] {
  const graph = readGraph(model);
  return layers.map((name) => {
    if (name === null) return histogramOf(null, graph.layers.flatMap(prunable), bins);
    const layer = graph.layers.find((candidate) => candidate.name === name);
    if (!layer) throw new UserError(`The model has no layer "${name}": its layers are ${listed(graph.layers)}.`);
    return histogramOf(name, shown(layer), bins);
  });
}

const listed = (layers: readonly GraphLayer[]) => layers.map(({ name }) => `"${name}"`).join(', ');

/** Returns the prunable weights of a layer. */
export const prunableData = (layer: GraphLayer): TensorData[] => prunable(layer).map(({ data }) => data);

const prunable = (layer: GraphLayer): Tensor[] =>
  layer.tensors.filter((one) => one.prunable).map(({ tensor }) => tensor);

function shown(layer: GraphLayer): Tensor[] {
  if (layer.prunable) return prunable(layer);
  const kernels = layer.tensors.filter(({ kernel }) => kernel);
  const found = kernels.length > 0 ? kernels : layer.tensors.filter(({ tensor }) => tensor.dtype !== 'string');
  return found.map(({ tensor }) => tensor);
}

/** Counts weights in memory as `histogram`; those that are elsewhere are read once more after their survey. */
function histogramOf(layer: string | null, tensors: readonly Tensor[], bins: number): Histogram {
  const surveys = tensors.map((tensor) => (isElsewhere(tensor) ? surveyOf(tensor).floats : undefined));
  const known = surveys.filter((floats) => floats !== undefined);
  if (known.length < tensors.length || known.length === 0)
    return histogram(
      layer,
      tensors.map(({ data }) => data),
      bins,
    );
  const { squares, negativeZeros: _, sizes: __, ...all } = known.reduce(together);
  const finite = all.count - all.nan - all.infinite;
  const range = { ...all, min: all.min + 0, max: all.max + 0, std: finite === 0 ? 0 : Math.sqrt(squares / finite) };
  return counted(layer, range, bins, piecesOfAll(tensors));
}

function* piecesOfAll(tensors: readonly Tensor[]): Generator<TensorData> {
  for (const tensor of tensors) yield* piecesOf(tensor);
}

/**
 * Counts values in bins of equal width with an edge at 0; exact zeros are apart, and the range is that of the finite
 * values.
 */
export function histogram(layer: string | null, parts: readonly TensorData[], bins: number): Histogram {
  return counted(layer, measureRange(parts), bins, parts);
}

type Range = ReturnType<typeof measureRange>;

function counted(layer: string | null, range: Range, bins: number, parts: Iterable<TensorData>): Histogram {
  const extent = Math.max(-range.min, range.max);
  const scale = binsOver(range.min, range.max, bins);
  const counts = new Uint32Array(bins);
  const magnitudes = new Uint32Array(MAGNITUDE_BINS);
  for (const data of parts) addTo(counts, magnitudes, data, scale, extent > 0 ? MAGNITUDE_BINS / extent : 0);
  const { start, width } = scale;
  return { layer, ...range, start, width, counts: [...counts], magnitudes: { max: extent, counts: [...magnitudes] } };
}

function addTo(
  counts: Uint32Array,
  magnitudes: Uint32Array,
  data: TensorData,
  { below, above, width }: Bins,
  perMagnitude: number,
): void {
  // The same as `binOf`, without a branch for the sign, which no processor foretells, and without a call.
  const last = below + above - 1;
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    const size = Math.abs(value);
    if (size === 0 || !(size < Infinity)) continue;
    const bin = below + (Math.floor(value / width) | 0);
    counts[bin < 0 ? 0 : bin > last ? last : bin]!++;
    const magnitude = (size * perMagnitude) | 0;
    magnitudes[magnitude < MAGNITUDE_BINS ? magnitude : MAGNITUDE_BINS - 1]!++;
  }
}

/** Bins of equal width, one of which begins at 0. */
export interface Bins {
  readonly start: number;
  readonly width: number;
  /** Numbers of bins below and above 0. */
  readonly below: number;
  readonly above: number;
}

/** Divides the bins between both sides of 0 by their share of the range, at least one for a side that has values. */
export function binsOver(min: number, max: number, bins: number): Bins {
  const below =
    min >= 0 ? 0 : max <= 0 ? bins : Math.min(bins - 1, Math.max(1, Math.round((bins * -min) / (max - min))));
  const above = bins - below;
  const width = Math.max(below ? -min / below : 0, above ? max / above : 0) || 1 / bins;
  return { start: below ? -below * width : 0, width, below, above };
}

/** Returns the bin of a finite nonzero value within the range. */
export function binOf(value: number, { below, above, width }: Bins): number {
  return value > 0
    ? below + Math.min(above - 1, Math.floor(value / width))
    : below - Math.min(below, Math.max(1, Math.ceil(-value / width)));
}

/** Counts values, zeros and non-finite values, and computes range, mean and standard deviation of the finite ones. */
export function measureRange(parts: readonly TensorData[]) {
  let [count, zeros, nan, infinite] = [0, 0, 0, 0];
  let [min, max, total] = [Infinity, -Infinity, 0];
  for (const data of parts) {
    count += data.length;
    for (let i = 0; i < data.length; i++) {
      const value = data[i]!;
      if (Number.isFinite(value)) {
        if (value === 0) zeros++;
        if (value < min) min = value;
        if (value > max) max = value;
        total += value;
      } else if (Number.isNaN(value)) nan++;
      else infinite++;
    }
  }
  const finite = count - nan - infinite;
  if (finite === 0) return { count, zeros, nan, infinite, min: 0, max: 0, mean: 0, std: 0 };
  const mean = total / finite;
  let squares = 0;
  for (const data of parts) {
    for (let i = 0; i < data.length; i++) {
      const deviation = data[i]! - mean;
      if (Number.isFinite(deviation)) squares += deviation * deviation;
    }
  }
  // Adding 0 turns the -0 of an all-zero layer into 0.
  return { count, zeros, nan, infinite, min: min + 0, max: max + 0, mean: mean + 0, std: Math.sqrt(squares / finite) };
}
