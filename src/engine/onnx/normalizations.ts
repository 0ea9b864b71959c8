import type { OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Tensor } from '../checkpoint/types';
import type { GraphNode } from '../model/model-graph';
import { channelsLast, NoOperator, type Value } from './values';
import type { Fold } from './weights';

/** Tells whether a batch normalization has a factor for each channel, that is, each place of the last axis. */
export const isOverChannels = ({ op }: GraphNode, shape: readonly (number | null)[] | null): boolean =>
  op.kind === 'batch-normalization' && shape !== null && (op.axis === -1 || op.axis === shape.length - 1);

/** Computes factor and shift of a batch normalization. @throws NoOperator */
export function foldOf({ op, tensors }: GraphNode): Fold {
  if (op.kind !== 'batch-normalization') throw new Error('only a batch normalization is folded');
  const of = (role: string): Float32Array | undefined => floatsOf(tensors.find((one) => one.role === role)?.tensor);
  const [mean, variance] = [of('mean'), of('variance')];
  if (!mean || !variance) throw new NoOperator('has no statistics');
  const [scale, offset] = [of('scale'), of('offset')];
  const factors = variance.map((value, i) => (scale?.[i] ?? 1) / Math.sqrt(value + op.epsilon));
  return { factors, shifts: mean.map((value, i) => (offset?.[i] ?? 0) - value * factors[i]!) };
}

const floatsOf = (tensor: Tensor | undefined): Float32Array | undefined =>
  tensor?.data instanceof Float32Array ? tensor.data : undefined;

/** The smallest standard deviation by which Keras divides. */
const SMALLEST = 1e-7;

/** Writes a standardization with a mean and a variance for each channel. @throws NoOperator */
export function standardized(file: OnnxFile, { op, tensors }: GraphNode, input: Value, name: string): Value {
  if (op.kind !== 'standardization') throw new Error('only a standardization is written in this way');
  const of = (role: string): Float32Array | undefined => floatsOf(tensors.find((one) => one.role === role)?.tensor);
  const mean = of('mean') ?? (op.mean === null ? undefined : Float32Array.from(op.mean));
  const variance = of('variance') ?? (op.variance === null ? undefined : Float32Array.from(op.variance));
  if (!mean || !variance) throw new NoOperator('has no statistics');
  if (!op.axes?.every((axis) => axis === -1 || axis === input.rank - 1))
    throw new NoOperator('normalizes another axis than the last');
  const last = channelsLast(file, input);
  const constant = (what: string, values: Float32Array): string =>
    file.constant(`${name}/${what}`, 'float32', [values.length], values);
  if (op.inverse) {
    const scaled = file.node('Mul', [last.name, constant('deviation', deviationsOf(variance))], {}, `${name}/scaled`);
    return { ...last, name: file.node('Add', [scaled, constant('mean', mean)], {}, name) };
  }
  const centered = file.node('Sub', [last.name, constant('mean', mean)], {}, `${name}/centered`);
  return { ...last, name: file.node('Div', [centered, constant('deviation', deviationsOf(variance))], {}, name) };
}

const deviationsOf = (variance: Float32Array): Float32Array =>
  variance.map((value) => Math.max(Math.sqrt(value), SMALLEST));

/** Writes a layer normalization over the last axis. @throws NoOperator */
export function layerNormalized(file: OnnxFile, { op, tensors }: GraphNode, given: Value, name: string): Value {
  if (op.kind !== 'layer-normalization') throw new Error('only a layer normalization is written in this way');
  const axis = op.axes?.length === 1 ? op.axes[0] : undefined;
  if (axis !== -1 && axis !== given.rank - 1) throw new NoOperator('normalizes other axes than the last');
  const of = (role: string): Float32Array | undefined => floatsOf(tensors.find((one) => one.role === role)?.tensor);
  const [scale, offset] = [of('scale'), of('offset')];
  const channels = (scale ?? offset)?.length;
  if (channels === undefined) throw new NoOperator('normalizes without weights');
  const constant = (what: string, values: Float32Array): string =>
    file.constant(`${name}/${what}`, 'float32', [channels], values);
  const input = channelsLast(file, given);
  const taken = [
    input.name,
    constant('scale', scale ?? new Float32Array(channels).fill(1)),
    constant('offset', offset ?? new Float32Array(channels)),
  ];
  return { ...input, name: file.node('LayerNormalization', taken, { axis: -1, epsilon: { float: op.epsilon } }, name) };
}

/** Writes a layer that multiplies each channel by its own number. @throws NoOperator */
export function scaledByChannel(file: OnnxFile, { tensors }: GraphNode, given: Value, name: string): Value {
  const factors = floatsOf(tensors.find(({ role }) => role === 'scale')?.tensor);
  if (!factors) throw new NoOperator('has no factors');
  const input = channelsLast(file, given);
  const constant = file.constant(`${name}/factors`, 'float32', [factors.length], factors);
  return { ...input, name: file.node('Mul', [input.name, constant], {}, name) };
}

/** Writes a batch normalization by itself. @throws NoOperator */
export function normalized(file: OnnxFile, node: GraphNode, input: Value, name: string): Value {
  const open = Array.from({ length: input.rank }, () => null);
  if (!isOverChannels(node, open)) throw new NoOperator('normalizes another axis than the last');
  const { factors, shifts } = foldOf(node);
  const shape =
    input.order === 'last' ? [factors.length] : [factors.length, ...Array.from({ length: input.rank - 2 }, () => 1)];
  const constant = (what: string, values: Float32Array): string =>
    file.constant(`${name}/${what}`, 'float32', shape, values);
  const scaled = file.node('Mul', [input.name, constant('factors', factors)], {}, `${name}/scaled`);
  return { ...input, name: file.node('Add', [scaled, constant('shifts', shifts)], {}, name) };
}
