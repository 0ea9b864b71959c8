import { UserError } from '../../protocol/errors';
import type { Histogram } from '../../protocol/measure';
import type { ReadListener } from '../checkpoint/read-large';
import type { StoredTensor } from '../checkpoint/stored-place';
import { momentsOf, momentsTogether, surveyOf } from '../checkpoint/survey';
import type { ModelContent, Tensor, TensorData } from '../checkpoint/types';
import { valuesOf } from '../checkpoint/values';
import { readGraph } from '../model/graph';
import type { GraphLayer } from '../model/model-graph';
import { addTo, binsOver, leaveOut, noCounts, type BinCounts } from './bins';
import { countStored } from './count-stored';

/**
 * Computes one histogram for each of `layers`; null means the prunable kernels of all layers together. A layer shows its
 * prunable weights, else its kernels, else all its numbers. Large weights are counted in threads.
 * @param bins of each, 8 or more
 * @throws UserError for a layer that the model does not have, CancelledError
 */
export async function histograms(
  model: ModelContent,
  layers: readonly (string | null)[],
  bins: number,
  listener: ReadListener = {},
): Promise<Histogram[]> {
  const graph = readGraph(model);
  const asked = layers.map((name): readonly Tensor[] => {
    if (name === null) return graph.layers.flatMap(prunable);
    const layer = graph.layers.find((candidate) => candidate.name === name);
    if (!layer) throw new UserError(`The model has no layer "${name}": its layers are ${listed(graph.layers)}.`);
    return shown(layer);
  });
  const known = asked.map(knownOf);
  const counts = await countStored(
    known.map((one) => ({
      tensors: one?.tensors ?? [],
      scale: { ...binsOver(one?.range.min ?? 0, one?.range.max ?? 0, bins), extent: extentOf(one?.range) },
    })),
    listener,
  );
  return layers.map((name, i) => {
    const own = known[i];
    const values = (): TensorData[] => asked[i]!.map(({ data }) => data);
    return own ? described(name, own.range, bins, counts[i]!) : histogram(name, values(), bins);
  });
}

const listed = (layers: readonly GraphLayer[]) => layers.map(({ name }) => `"${name}"`).join(', ');

/** Returns the prunable weights of a layer. */
export const prunable = (layer: GraphLayer): Tensor[] =>
  layer.tensors.filter((one) => one.prunable).map(({ tensor }) => tensor);

function shown(layer: GraphLayer): Tensor[] {
  if (layer.prunable) return prunable(layer);
  const kernels = layer.tensors.filter(({ kernel }) => kernel);
  const found = kernels.length > 0 ? kernels : layer.tensors.filter(({ tensor }) => tensor.dtype !== 'string');
  return found.map(({ tensor }) => tensor);
}

/** Large tensors whose range is known. */
export interface Known {
  readonly range: Range;
  readonly tensors: readonly StoredTensor[];
}

/** Takes the range of tensors that are elsewhere from their surveys; undefined where one is in memory. */
export function knownOf(tensors: readonly Tensor[]): Known | undefined {
  const stored = tensors.map((tensor) => valuesOf(tensor).stored);
  const places = stored.filter((one) => one !== undefined);
  const known = tensors.flatMap((tensor, i) => {
    const floats = stored[i] && surveyOf(tensor).floats;
    return floats ? [momentsOf(floats)] : [];
  });
  if (known.length < tensors.length || known.length === 0) return undefined;
  const { squares, negativeZeros: _, ...all } = known.reduce(momentsTogether);
  const finite = all.count - all.nan - all.infinite;
  const range = { ...all, min: all.min + 0, max: all.max + 0, std: finite === 0 ? 0 : Math.sqrt(squares / finite) };
  return { range, tensors: places };
}

/**
 * Counts values in bins of equal width with an edge at 0; exact zeros are apart, and the range is that of the finite
 * values.
 */
export function histogram(layer: string | null, parts: readonly TensorData[], bins: number): Histogram {
  const range = measureRange(parts);
  const scale = binsOver(range.min, range.max, bins);
  const found = noCounts(scale);
  for (const data of parts) addTo(found, data, scale, extentOf(range));
  return described(layer, range, bins, found);
}

type Range = ReturnType<typeof measureRange>;

const extentOf = (range?: Range): number => (range ? Math.max(-range.min, range.max) : 0);

/** Number of values that are in no bin. */
export const inNoBin = ({ zeros, nan, infinite }: Pick<Range, 'zeros' | 'nan' | 'infinite'>): number =>
  zeros + nan + infinite;

function described(layer: string | null, range: Range, bins: number, found: BinCounts): Histogram {
  const scale = binsOver(range.min, range.max, bins);
  leaveOut(found, scale, inNoBin(range));
  const { start, width } = scale;
  const { counts, magnitudes } = found;
  const max = extentOf(range);
  return { layer, ...range, start, width, counts: [...counts], magnitudes: { max, counts: [...magnitudes] } };
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
