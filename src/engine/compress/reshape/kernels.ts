import { isFloat, type FloatTensor } from '../../checkpoint/values';
import type { GraphNode, GraphTensor } from '../../model/model-graph';
import { isAllFinite } from '../value-range';

/** A tensor of a layer that holds float32 numbers. */
export type FloatWeights = GraphTensor & { readonly tensor: FloatTensor };

/** The kernels of a node and its bias, all of which can take any values. */
export interface Weights {
  /** The kernel that makes the outputs of the node: of a separable convolution the pointwise one. */
  readonly kernel: FloatWeights;
  readonly bias: FloatWeights | undefined;
}

/** Returns the weights of a node that multiplies by a kernel; a reason, which goes on after `it`, where they cannot change. */
export function weightsOf({ tensors }: GraphNode): Weights | string {
  const strange = tensors.find(({ tensor }) => !isFloat(tensor));
  const floats = tensors.filter((one): one is FloatWeights => isFloat(one.tensor));
  const kernel = floats.findLast(({ role }) => role === 'kernel' || role === 'pointwise-kernel' || role === 'depthwise-kernel'); // prettier-ignore
  if (strange || !kernel) return 'has no kernel of float32';
  const stored = floats.find(({ tensor }) => tensor.quantization);
  if (stored) return `keeps its weights as ${stored.tensor.quantization!.dtype}, which others would not fit`;
  if (!floats.every(({ tensor }) => isAllFinite(tensor))) return 'has weights that are not numbers';
  return { kernel, bias: floats.find(({ role }) => role === 'bias') };
}

/** Finds the channel of each weight of a kernel, by its place in the data. */
export type ChannelOf = (place: number) => number;

/** Finds the output channel that a weight contributes to. */
export function outputOf({ tensor: { shape }, axes, role }: GraphTensor): ChannelOf {
  const output = axes.find(({ side }) => side === 'outputs');
  if (output) return along(shape, output.axis);
  if (role !== 'depthwise-kernel') throw new Error('a kernel has no axis of outputs');
  // Channels of the input, each with its filters.
  const channels = shape.at(-2)! * shape.at(-1)!;
  return (place) => place % channels;
}

/** Counts the output channels of a kernel. */
export function outputsOf({ tensor: { shape }, axes }: GraphTensor): number {
  const output = axes.find(({ side }) => side === 'outputs');
  return output ? shape[output.axis]! : shape.at(-2)! * shape.at(-1)!;
}

/** Finds the input channel that a weight reads; undefined where groups share an axis. */
export function inputOf({ op }: GraphNode, { tensor: { shape }, axes, role }: GraphTensor): ChannelOf | undefined {
  if (op.kind === 'depthwise-conv' && op.grouped === true) {
    const filters = along(shape, shape.length - 1);
    return (place) => Math.floor(filters(place) / op.multiplier);
  }
  const input = axes.find(({ side }) => side === 'inputs');
  if (!input || (op.kind === 'conv' && op.groups > 1) || (op.kind !== 'depthwise-conv' && role === 'depthwise-kernel'))
    return undefined;
  return along(shape, input.axis);
}

function along(shape: readonly number[], axis: number): ChannelOf {
  const stride = shape.slice(axis + 1).reduce((all, size) => all * size, 1);
  const size = shape[axis]!;
  return (place) => Math.floor(place / stride) % size;
}
