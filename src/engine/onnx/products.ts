import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { ActivationGrid } from '../../protocol/activations';
import type { Tensor } from '../checkpoint/types';
import type { GraphTensor } from '../model/model-graph';
import type { OpOf } from '../model/op/op';
import { channelsLast, NoOperator, type Value } from './values';
import { floatOperands, quantizedOperands, rowsOf, type Fold, type Operands, type Placed } from './weights';
import { windowAttributes } from './windows';

/** A layer with a kernel. */
export interface ProductLayer {
  readonly name: string;
  readonly kernel: GraphTensor;
  readonly bias: Tensor | undefined;
  /** The normalization behind it. */
  readonly fold: Fold | undefined;
  /** The grid of its input, if it is computed with 8 bits. */
  readonly grid: ActivationGrid | undefined;
}

/** Writes a dense layer: a Gemm for rows, else a MatMul over the last axis. @throws NoOperator */
export function emitDense(file: OnnxFile, given: Value, layer: ProductLayer): Value {
  const input = channelsLast(file, given);
  const [inputs, units] = layer.kernel.tensor.shape;
  const operands = operandsOf(file, input, layer, { shape: [inputs!, units!], axis: 1, channels: units! });
  const { name } = layer;
  if (input.rank === 2) {
    const taken = [operands.input, operands.weights, ...(operands.bias === undefined ? [] : [operands.bias])];
    return { ...input, name: file.node('Gemm', taken, {}, name) };
  }
  const product = file.node('MatMul', [operands.input, operands.weights], {}, name);
  if (operands.bias === undefined) return { ...input, name: product };
  return { ...input, name: file.node('Add', [product, operands.bias], {}, `${name}/sum`) };
}

/** Writes a convolution, a depthwise one too. @param input channels first. @throws NoOperator */
export function emitConvolution(
  file: OnnxFile,
  input: Value,
  op: OpOf<'conv' | 'depthwise-conv'>,
  layer: ProductLayer,
): Value {
  const { shape } = layer.kernel.tensor;
  const window = shape.slice(0, -2);
  const [entering, leaving] = [shape.at(-2)!, shape.at(-1)!];
  const isDepthwise = op.kind === 'depthwise-conv';
  const channels = isDepthwise ? entering * leaving : leaving;
  const operands = operandsOf(file, input, layer, {
    shape: [channels, isDepthwise ? 1 : entering, ...window],
    axis: 0,
    channels,
  });
  const taken = [operands.input, operands.weights, ...(operands.bias === undefined ? [] : [operands.bias])];
  const groups = isDepthwise ? (op.grouped === true ? channels / op.multiplier : entering) : op.groups;
  const attributes = { ...windowAttributes(op.window), group: groups };
  return { ...input, name: file.node('Conv', taken, attributes, layer.name) };
}

/** Writes a depthwise convolution and the convolution of single positions after it, in floating point. @throws NoOperator */
export function emitSeparable(
  file: OnnxFile,
  input: Value,
  op: OpOf<'separable-conv'>,
  {
    name,
    depthwise,
    pointwise,
    bias,
  }: { name: string; depthwise: GraphTensor; pointwise: GraphTensor; bias: Tensor | undefined },
): Value {
  const { channelsFirst, rank, window } = op;
  const plain = { channelsFirst, rank, activation: 'linear' };
  const multiplier = depthwise.tensor.shape.at(-1)!;
  const layer = { fold: undefined, grid: undefined };
  const spread = emitConvolution(
    file,
    input,
    { ...plain, kind: 'depthwise-conv', window, multiplier },
    { ...layer, name: `${name}/depthwise`, kernel: depthwise, bias: undefined },
  );
  const ones = Array.from({ length: rank }, () => 1);
  const single = { size: ones, strides: ones, dilation: ones, padding: 'valid' } as const;
  const filters = pointwise.tensor.shape.at(-1)!;
  return emitConvolution(
    file,
    spread,
    { ...plain, kind: 'conv', window: single, groups: 1, filters },
    { ...layer, name, kernel: pointwise, bias },
  );
}

function operandsOf(
  file: OnnxFile,
  input: Value,
  { name, kernel, bias, fold, grid }: ProductLayer,
  { shape, axis, channels }: Pick<Placed, 'shape' | 'axis'> & { channels: number },
): Operands {
  const { tensor } = kernel;
  if (!(tensor.data instanceof Float32Array) || (bias && !(bias.data instanceof Float32Array)))
    throw new NoOperator('has weights that are not float32');
  const rows = arranged(rowsOf(tensor.data, channels), tensor, channels);
  const own = bias?.data instanceof Float32Array ? bias.data : null;
  const placed: Placed = { weights: { rows, channels, bias: own }, shape, axis, fold, name };
  return grid ? quantizedOperands(file, input, placed, grid, kernel) : floatOperands(file, input, placed);
}

/** Brings the weights of each channel from positions by input channels to input channels by positions. */
function arranged(rows: Float32Array, { shape }: Tensor, channels: number): Float32Array {
  const size = rows.length / channels;
  const window = shape.slice(0, -2).reduce((product, one) => product * one, 1);
  const entering = size / window;
  if (entering === 1 || window === 1) return rows;
  return rows.map((_, i) => {
    const [channel, within] = [Math.floor(i / size), i % size];
    const [from, place] = [Math.floor(within / window), within % window];
    return rows[channel * size + place * entering + from]!;
  });
}
