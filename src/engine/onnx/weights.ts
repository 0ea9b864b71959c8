import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { ActivationGrid } from '../../protocol/activations';
import { kernelChannels } from '../model/kernel-channels';
import type { GraphTensor } from '../model/model-graph';
import { levelsOf } from '../train/constraints/steps';
import { NoOperator, type Value } from './values';

/** Largest level of symmetric weights of 8 bits. */
const MOST = 127;
const INT32 = 2 ** 31 - 1;

/** Factor and shift of each output channel that a normalization behind a layer adds to it. */
export interface Fold {
  readonly factors: Float32Array;
  readonly shifts: Float32Array;
}

/** Weights of a layer in the order of the file, of which the first or last axis runs over output channels. */
export interface LayerWeights {
  /** Output channels times weights of one, each channel in one piece, with the fold. */
  readonly rows: Float32Array;
  readonly channels: number;
  readonly bias: Float32Array | null;
}

/**
 * Brings a kernel, whose last axes run over its output channels, into rows of one channel each.
 * @param columns number of output channels
 */
export function rowsOf(data: Float32Array, columns: number): Float32Array {
  const size = data.length / columns;
  const rows = new Float32Array(data.length);
  for (let i = 0; i < size; i++)
    for (let channel = 0; channel < columns; channel++) rows[channel * size + i] = data[i * columns + channel]!;
  return rows;
}

/** Multiplies a layer's weights by a fold: the layer then computes what it and the normalization did. */
export function folded({ rows, channels, bias }: LayerWeights, fold: Fold | undefined): LayerWeights {
  if (!fold) return { rows, channels, bias };
  const size = rows.length / channels;
  return {
    channels,
    rows: rows.map((value, i) => value * fold.factors[Math.floor(i / size)]!),
    bias: fold.shifts.map((shift, channel) => shift + (bias?.[channel] ?? 0) * fold.factors[channel]!),
  };
}

/** Names of the inputs of a convolution or product in the file. */
export interface Operands {
  readonly input: string;
  readonly weights: string;
  readonly bias: string | undefined;
}

/** A kernel and its place in the file. */
export interface Placed {
  readonly weights: LayerWeights;
  /** The shape of the weights in the file. */
  readonly shape: readonly number[];
  /** The axis of channels: 0 keeps rows, 1 makes columns of them. */
  readonly axis: 0 | 1;
  readonly fold: Fold | undefined;
  readonly name: string;
}

/** Writes the operands of a layer in floating point. */
export function floatOperands(file: OnnxFile, input: Value, placed: Placed): Operands {
  const { rows, channels, bias } = folded(placed.weights, placed.fold);
  const data = placed.axis === 0 ? rows : transposed(rows, channels);
  return {
    input: input.name,
    weights: file.constant(`${placed.name}/weights`, 'float32', placed.shape, data),
    bias: bias ? file.constant(`${placed.name}/bias`, 'float32', [channels], bias) : undefined,
  };
}

/**
 * Writes the operands of a layer with 8 bits: the input as unsigned numbers on its grid, weights as signed ones with a scale for
 * each channel, the bias as 32 bits on the product of both scales. ONNX Runtime joins them with the layer into one operator of
 * whole numbers.
 * @throws NoOperator where the weights are not on a grid of int8
 */
export function quantizedOperands(
  file: OnnxFile,
  input: Value,
  placed: Placed,
  grid: ActivationGrid,
  { tensor: kernel, ...more }: GraphTensor,
): Operands {
  const { rows, channels } = placed.weights;
  const size = rows.length / channels;
  const found =
    kernel.data instanceof Float32Array
      ? levelsOf(kernel.data, kernelChannels({ tensor: kernel, ...more }), 0)
      : undefined;
  if (!found) throw new NoOperator('has weights that are not on a grid of int8');
  const { factors } = placed.fold ?? { factors: new Float32Array(channels).fill(1) };
  const levels = new Int8Array(rows.length);
  const scales = new Float32Array(channels);
  for (let channel = 0; channel < channels; channel++) {
    const [step, factor] = [found.step.values[channel]!, factors[channel]!];
    // A scale is above 0; a channel whose factor is 0 has no weights.
    scales[channel] = Math.abs(factor) * step || 1;
    for (let i = channel * size; i < (channel + 1) * size; i++) {
      const level = Math.round(rows[i]! / step) * Math.sign(factor);
      if (Math.abs(level) > MOST) throw new NoOperator('has weights that are not symmetric about 0');
      levels[i] = level;
    }
  }
  const { bias } = folded(placed.weights, placed.fold);
  const { name, axis } = placed;
  const data = axis === 0 ? levels : Int8Array.from(transposed(Float32Array.from(levels), channels));
  const scaleOf = file.constant(`${name}/weights_scale`, 'float32', [channels], scales);
  const zeros = file.constant(`${name}/weights_zero`, 'int8', [channels], new Int8Array(channels));
  const stored = file.constant(`${name}/weights_int8`, 'int8', placed.shape, data);
  return {
    input: onGrid(file, input, grid),
    weights: file.node('DequantizeLinear', [stored, scaleOf, zeros], { axis }, `${name}/weights`),
    bias: bias ? biasOf(file, bias, scales, grid, name) : undefined,
  };
}

function biasOf(file: OnnxFile, bias: Float32Array, scales: Float32Array, grid: ActivationGrid, name: string): string {
  const steps = scales.map((scale) => scale * grid.scale);
  const levels = Int32Array.from(bias, (value, channel) =>
    Math.max(-INT32, Math.min(INT32, Math.round(value / steps[channel]!))),
  );
  const stored = file.constant(`${name}/bias_int32`, 'int32', [bias.length], levels);
  const scale = file.constant(`${name}/bias_scale`, 'float32', [bias.length], steps);
  return file.node('DequantizeLinear', [stored, scale], { axis: 0 }, `${name}/bias`);
}

/** Rounds a value to a grid. */
export function onGrid(file: OnnxFile, value: Value, { scale, zeroPoint }: ActivationGrid): string {
  const step = file.constant(`${value.name}/scale`, 'float32', [], Float32Array.of(scale));
  const zero = file.constant(`${value.name}/zero`, 'uint8', [], Uint8Array.of(zeroPoint));
  const levels = file.node('QuantizeLinear', [value.name, step, zero], {}, `${value.name}/levels`);
  return file.node('DequantizeLinear', [levels, step, zero], {}, `${value.name}/rounded`);
}

/** Brings rows of channels into columns. */
function transposed(rows: Float32Array, channels: number): Float32Array {
  const size = rows.length / channels;
  const columns = new Float32Array(rows.length);
  for (let channel = 0; channel < channels; channel++)
    for (let i = 0; i < size; i++) columns[i * channels + channel] = rows[channel * size + i]!;
  return columns;
}
