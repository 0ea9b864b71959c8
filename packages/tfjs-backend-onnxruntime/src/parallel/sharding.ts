import { sizeOf } from '../graph/native-types';
import { isPendingOf, type PendingValue } from '../graph/value';

/**
 * The distribution of a value over workers with a share of the examples each. `replicated`: each worker has the whole
 * value. `partial`: the mean over the workers is the value. A number means sharded: each worker has the part of its
 * examples. The number is the product of the lengths before the axis of the examples, which identifies this axis under
 * any shape of the value.
 */
export type Sharding = 'replicated' | 'partial' | number;

/** Finds the axis of the examples under a shape. Other axes may be merged into it. */
export function axisOfExamples(shape: readonly number[], sharding: number, rows: number): number | null {
  let before = 1;
  for (const [axis, length] of shape.entries()) {
    if (before === sharding && length % rows === 0) return axis;
    before *= length;
  }
  return null;
}

/** The product of the lengths before an axis. */
const outerOf = (shape: readonly number[], axis: number): number => sizeOf(shape.slice(0, axis));

/** An input of an operation. */
interface Input {
  readonly shape: readonly number[];
  /** The axis of the examples under this shape; null if the input is replicated or partial. */
  readonly axis: number | null;
}

/**
 * Computes the sharding of the result of an operation. Returns null if the operation mixes examples other than by a sum
 * or a mean, or computes with a partial value.
 */
export function shardingOf(value: PendingValue, shardings: readonly Sharding[], rows: number): Sharding | null {
  const inputs: Input[] = [];
  for (const [i, shape] of value.node.inputShapes.entries()) {
    const sharding = shardings[i]!;
    const axis = typeof sharding === 'number' ? axisOfExamples(shape, sharding, rows) : null;
    if (typeof sharding === 'number' && axis === null) return null;
    inputs.push({ shape, axis });
  }
  if (shardings.every((sharding) => sharding === 'replicated')) return 'replicated';
  const partial = shardings.map((sharding) => sharding === 'partial');
  if (inputs.every(({ axis }) => axis === null)) return isLinear(value, partial) ? 'partial' : null;
  if (partial.includes(true)) return null;
  const axis = ofExamples(value, inputs);
  return typeof axis === 'number' ? outerOf(value.shape, axis) : axis;
}

/** True if an operation commutes with the mean over the workers. */
function isLinear(value: PendingValue, [first = false, second = false]: readonly boolean[]): boolean {
  if (isPendingOf(value, 'Binary')) {
    const { fn } = value.node.operation.attributes;
    if (fn === 'Add' || fn === 'Sub') return true;
    return (fn === 'Multiply' && first !== second) || (fn === 'RealDiv' && !second);
  }
  if (isPendingOf(value, 'Unary')) return value.node.operation.attributes.fn === 'Neg';
  if (isPendingOf(value, 'Reduce')) return isSum(value.node.operation.attributes.fn);
  return isPendingOf(value, 'AddN') || isPendingOf(value, 'Transpose');
}

const isSum = (fn: string): boolean => fn === 'Sum' || fn === 'Mean';

/** Finds the axis of the examples in the result; `partial` if they are summed. */
function ofExamples(value: PendingValue, inputs: readonly Input[]): number | 'partial' | null {
  const { operation } = value.node;
  const [first] = inputs as [Input];
  switch (operation.kind) {
    case 'Unary':
    case 'Binary':
    case 'Step':
    case 'LeakyRelu':
    case 'PRelu':
    case 'EluGradient':
    case 'Clip':
    case 'ClipGradient':
    case 'Cast':
    case 'AddN':
    case 'Select':
      return commonAxis(inputs, value.shape.length);
    case 'Reduce': {
      const { fn, axes } = operation.attributes;
      if (axes.includes(first.axis!)) return isSum(fn) && value.dtype === 'float32' ? 'partial' : null;
      const reducedBefore = axes.filter((axis) => axis < first.axis!).length;
      return value.shape.length === first.shape.length ? first.axis : first.axis! - reducedBefore;
    }
    case 'ArgReduce':
      return operation.attributes.axis === first.axis
        ? null
        : first.axis! - (operation.attributes.axis < first.axis! ? 1 : 0);
    case 'Softmax':
      return operation.attributes.axis === first.axis ? null : first.axis;
    case 'Transpose':
      return operation.attributes.perm.indexOf(first.axis!);
    case 'Concat': {
      const axis = commonAxis(inputs, value.shape.length);
      return axis === operation.attributes.axis ? null : axis;
    }
    case 'Slice':
      return operation.attributes.size[first.axis!] === first.shape[first.axis!] ? first.axis : null;
    case 'Pad':
      return operation.attributes.paddings[first.axis!]!.every((pad) => pad === 0) ? first.axis : null;
    case 'Tile':
      return operation.attributes.reps[first.axis!] === 1 ? first.axis : null;
    case 'Reverse':
      return operation.attributes.axes.includes(first.axis!) ? null : first.axis;
    case 'OneHot':
      return first.axis;
    case 'MatMul':
      return ofProduct(value as PendingValue<'MatMul'>, inputs);
    case 'Conv2DFilterGradient':
    case 'DepthwiseFilterGradient':
      return inputs.every(({ axis }) => axis === 0) ? 'partial' : null;
    case 'Conv2D':
    case 'Conv2DInputGradient':
    case 'DepthwiseConv2D':
    case 'DepthwiseInputGradient':
    case 'BatchNorm':
    case 'MaxPool':
    case 'AveragePool':
    case 'AveragePoolGradient':
    case 'Resize':
    case 'ResizeGradient':
      return first.axis === 0 && inputs.slice(1).every(({ axis }) => axis === null) ? 0 : null;
    case 'MaxPoolGradient':
      return inputs.every(({ axis }) => axis === 0) ? 0 : null;
    case 'Gather':
    case 'SegmentSum':
    case 'MovingAverage':
    case 'AdamUpdate':
      return null;
  }
}

/** The axis of the examples in a result of this rank, if all inputs agree. */
function commonAxis(inputs: readonly Input[], rank: number): number | null {
  const axes = inputs.flatMap(({ axis, shape }) => (axis === null ? [] : [axis + rank - shape.length]));
  return axes.every((axis) => axis === axes[0]) ? axes[0]! : null;
}

/** The sharding of a matrix product: examples are rows, are summed, or lie in the stack. */
function ofProduct(value: PendingValue<'MatMul'>, inputs: readonly Input[]): number | 'partial' | null {
  const { transposeA, transposeB, activation } = value.node.operation.attributes;
  const [a, b, bias] = inputs as [Input, Input, Input | undefined];
  if (bias !== undefined && bias.axis !== null) return null;
  const rank = value.shape.length;
  /** The axis of an operand's examples in the result, or -1 if they are summed. */
  const role = ({ axis, shape }: Input, transposed: boolean, free: number): number | null => {
    if (axis === null) return null;
    const inner = axis - (shape.length - 2);
    if (inner < 0) return axis + rank - shape.length;
    return (inner === 1) === (transposed ? free === 0 : free === 1) ? rank - 2 + free : -1;
  };
  const [left, right] = [role(a, transposeA, 0), role(b, transposeB, 1)];
  if (left === -1 || right === -1) {
    // The other operand must have a row for each example as well, even if it is only zeros.
    const isSum = [left, right].every((axis) => axis === -1 || axis === null);
    return isSum && bias === undefined && activation.name === 'linear' ? 'partial' : null;
  }
  if (left === null || right === null) return left ?? right;
  return left === right ? left : null;
}
