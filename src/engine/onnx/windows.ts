import type { Attributes, OnnxFile } from 'tfjs-backend-onnxruntime';
import type { Window } from '../model/op/attributes';
import type { OpOf } from '../model/op/op';
import { channelsLast, NoOperator, scalar, type Value } from './values';

/** Returns the attributes of a window that moves. @throws NoOperator where it is not known */
export function windowAttributes({ size, strides, dilation, padding }: Window): Attributes {
  if (!size || !strides) throw new NoOperator('has a window that is not written there');
  const isDilated = dilation?.some((one) => one !== 1) ?? false;
  const window = {
    kernel_shape: [...size],
    strides: [...strides],
    ...(dilation && isDilated ? { dilations: [...dilation] } : {}),
  };
  if (padding === 'valid' || (padding === 'same' && !isDilated))
    return { ...window, auto_pad: padding === 'same' ? 'SAME_UPPER' : 'VALID' };
  if (padding === 'same' && strides.some((one) => one !== 1))
    throw new NoOperator('has a window that is dilated and moves by more than one position');
  // ONNX Runtime does not pad for dilated windows by itself.
  const beyond = size.map((one, axis) => (one - 1) * (dilation?.[axis] ?? 1));
  const before = beyond.map((one) => (padding === 'causal' ? one : Math.floor(one / 2)));
  return { ...window, pads: [...before, ...beyond.map((one, axis) => one - before[axis]!)] };
}

/** Writes a pool, over windows or all positions. @param input channels first. @throws NoOperator */
export function emitPool(file: OnnxFile, input: Value, op: OpOf<'pool' | 'global-pool'>, name: string): Value {
  if (op.kind === 'pool')
    return {
      ...input,
      name: file.node(op.how === 'max' ? 'MaxPool' : 'AveragePool', [input.name], windowAttributes(op.window), name),
    };
  const pooled = file.node(op.how === 'max' ? 'GlobalMaxPool' : 'GlobalAveragePool', [input.name], {}, name);
  if (op.keepAxes) return { ...input, name: pooled };
  return { name: file.node('Flatten', [pooled], { axis: 1 }, `${name}/flat`), rank: 2, order: 'last' };
}

const OPERATORS = {
  add: 'Add',
  subtract: 'Sub',
  multiply: 'Mul',
  divide: 'Div',
  maximum: 'Max',
  minimum: 'Min',
} as const;

/** Writes a join of several values. @throws NoOperator */
export function emitMerge(file: OnnxFile, given: readonly Value[], op: OpOf<'merge' | 'concat'>, name: string): Value {
  const isSame = given.every(({ order, rank }) => order === given[0]!.order && rank === given[0]!.rank);
  const values = isSame ? given : given.map((one) => channelsLast(file, one));
  const [first] = values;
  if (!first || values.some(({ rank }) => rank !== first.rank)) throw new NoOperator('joins values of unlike ranks');
  const names = values.map((one) => one.name);
  if (op.kind === 'concat') {
    if (op.axis === null) throw new NoOperator('joins along an unknown axis');
    const axis = op.axis < 0 ? op.axis + first.rank : op.axis;
    const moved = first.order === 'last' ? axis : axis === first.rank - 1 ? 1 : axis + 1;
    return { ...first, name: file.node('Concat', names, { axis: moved }, name) };
  }
  if (op.factor === null) throw new NoOperator('joins values with an unknown factor');
  if (op.how === 'average') return { ...first, name: file.node('Mean', names, {}, name) };
  const { factor = 1 } = op;
  const operator = OPERATORS[op.how];
  const scaled = (one: string): string =>
    factor === 1 ? one : file.node('Mul', [one, scalar(file, `${name}/factor`, factor)], {}, `${name}/scaled`);
  return { ...first, name: names.reduce((sum, next) => file.node(operator, [sum, scaled(next)], {}, name)) };
}
