import type { Quantization } from '../../protocol/checkpoint';
import { shapeSize } from './dtype';
import { quantizeExactly } from './requantize';
import type { Tensor } from './types';

/** Steps up to this factor longer are tried, so that errors of neighbouring values do not all have one sign. */
const LONGEST = 1.08;
const CANDIDATES = 33;
/** Largest distance of a value from its point on the old grid, in steps, that counts as rounding. */
const ON_GRID = 1e-3;

/**
 * Moves a tensor of 8 or 16 bits with new zeros onto a grid that has an exact 0. Weights other than 0 stay nonzero and
 * change by at most one step, most of them by less than half a step.
 * @returns the tensor itself where its grid holds all its values, where nonzero weights left the grid too, as after
 * training, or where no such grid reaches from 0 to all values: it is then stored as float32
 */
export function withZeroOnGrid(tensor: Tensor): Tensor {
  const { data, quantization } = tensor;
  if (!quantization || quantization.dtype === 'float16' || !(data instanceof Float32Array)) return tensor;
  if (quantizeExactly(data, quantization)) return tensor;
  const levels = levelsOf(data, quantization);
  if (!levels) return tensor;
  const inputs = shapeSize(tensor.shape) / (tensor.shape.at(-1) ?? 1);
  const { scale = 1 } = quantization;
  let best: { grid: Grid; cost: number } | undefined;
  for (let i = 0; i < CANDIDATES; i++) {
    const grid = gridOf(levels, scale * (1 + ((LONGEST - 1) * i) / (CANDIDATES - 1)), limitOf(quantization));
    const cost = grid && costOf(levels, grid, inputs);
    if (grid && cost !== undefined && cost < (best?.cost ?? Infinity)) best = { grid, cost };
  }
  if (!best) return tensor;
  const { step, zeroPoint } = best.grid;
  const min = zeroPoint === 0 ? 0 : -zeroPoint * step;
  const place = (value: number): number => Math.fround((placeOf(value, step) + zeroPoint) * step + min);
  return { ...tensor, data: data.map(place), quantization: { ...quantization, scale: step, min } };
}

/** Values other than 0, each once, with the number of weights that have it. */
type Levels = ReadonlyMap<number, number>;

/** A grid of whole steps from 0; the position of 0 counts from the lowest value. */
interface Grid {
  readonly step: number;
  readonly zeroPoint: number;
}

const limitOf = ({ dtype }: Quantization): number => (dtype === 'uint8' ? 0xff : 0xffff);

function levelsOf(data: Float32Array, { scale = 1, min = 0 }: Quantization): Levels | undefined {
  if (!(scale > 0) || !Number.isFinite(min)) return undefined;
  const levels = new Map<number, number>();
  for (const value of data) if (value !== 0) levels.set(value, (levels.get(value) ?? 0) + 1);
  for (const value of levels.keys()) {
    const at = (value - min) / scale;
    const slack = ON_GRID + (Math.abs(value) * 2 ** -22) / scale;
    if (!(Math.abs(at - Math.round(at)) <= slack)) return undefined;
  }
  return levels;
}

/** Whole steps from 0; never 0 itself. */
const placeOf = (value: number, step: number): number =>
  value === 0 ? 0 : Math.sign(value) * Math.max(1, Math.round(Math.abs(value) / step));

function gridOf(levels: Levels, step: number, limit: number): Grid | undefined {
  let [low, high] = [0, 0];
  for (const value of levels.keys()) {
    const at = placeOf(value, step);
    if (at < low) low = at;
    if (at > high) high = at;
  }
  return high - low <= limit ? { step, zeroPoint: -low } : undefined;
}

/**
 * The expected squared error of an output: independent errors of weights add up by chance, their common part adds up
 * over all inputs.
 */
function costOf(levels: Levels, { step }: Grid, inputs: number): number {
  let [count, sum, squares] = [0, 0, 0];
  for (const [value, times] of levels) {
    const error = placeOf(value, step) * step - value;
    count += times;
    sum += times * error;
    squares += times * error * error;
  }
  return count === 0 ? 0 : squares / count + inputs * (sum / count) ** 2;
}
