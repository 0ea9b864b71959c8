import { isNativeType, type NativeType, sameShape, sizeOf } from '../graph/native-types';
import { tf } from '../tf';
import {
  areFloat,
  areNative,
  isNative,
  kernel,
  type KernelContext,
  type Kernels,
  type OneInput,
  positiveAxis,
} from './kernel';

const reshape = kernel<OneInput, { shape: number[] }>(({ x }, attributes, context) => {
  const size = sizeOf(x.shape);
  const shape = tf.util.inferFromImplicitShape(attributes.shape, size);
  tf.util.assert(
    size === sizeOf(shape),
    () =>
      `The new shape (${shape.join()}) has ${sizeOf(shape)} elements and the old shape (${x.shape.join()}) has ${size} elements. ` +
      'The new shape and old shape must have the same number of elements.',
  );
  return context.alias(x, shape);
});

const identity = kernel<OneInput>(({ x }, _, context) => context.alias(x, x.shape));

const expandDims = kernel<{ input: tf.TensorInfo }, { dim: number }>(({ input }, { dim }, context) => {
  const rank = input.shape.length;
  tf.util.assert(dim >= -(rank + 1), () => `Axis must be in the interval [${-(rank + 1)}, ${rank}]`);
  const shape = [...input.shape];
  shape.splice(dim < 0 ? rank + dim + 1 : dim, 0, 1);
  return context.alias(input, shape);
});

const transpose = kernel<OneInput, { perm: number[] }>(({ x }, { perm }, context) => {
  if (!isNative(x)) return undefined;
  const shape = perm.map((axis) => x.shape[axis]!);
  return context.record({ kind: 'Transpose', attributes: { perm: [...perm] } }, [x], shape, x.dtype);
});

const concat = kernel<tf.TensorInfo[], { axis: number }>((all, attributes, context) => {
  const dtype = all[0]!.dtype;
  if (!isNativeType(dtype) || all.some((x) => x.dtype !== dtype)) return undefined;
  const axis = tf.util.parseAxisParam(attributes.axis, all[0]!.shape)[0]!;
  const shapes = all.map((x) => x.shape);
  tf.backend_util.assertParamsConsistent(shapes, axis);
  const shape = tf.backend_util.computeOutShape(shapes, axis);
  const parts = all.filter((x) => sizeOf(x.shape) > 0);
  if (parts.length === 0) return undefined;
  if (parts.length === 1) return context.alias(parts[0]!, shape);
  return context.record({ kind: 'Concat', attributes: { axis } }, parts, shape, dtype);
});

const pack = kernel<tf.TensorInfo[], { axis: number }>((parts, attributes, context) => {
  const [first] = parts;
  if (first === undefined || !isNative(first) || !areNative(...parts)) return undefined;
  const consistent = parts.every((x) => x.dtype === first.dtype && sameShape(x.shape, first.shape));
  if (!consistent) return undefined; // The cpu kernel reports the error.
  const axis = positiveAxis(attributes.axis, first.shape.length + 1);
  const single = first.shape.toSpliced(axis, 0, 1);
  const shape = first.shape.toSpliced(axis, 0, parts.length);
  if (parts.length === 1) return context.alias(first, shape);
  const views = parts.map((x) => ({ ...x, shape: single }));
  return context.record({ kind: 'Concat', attributes: { axis } }, views, shape, first.dtype);
});

/** Records a slice. The caller has checked its bounds. */
export function recordSlice(
  context: KernelContext,
  x: tf.TensorInfo & { dtype: NativeType },
  begin: number[],
  size: number[],
): tf.TensorInfo {
  return context.record({ kind: 'Slice', attributes: { begin, size } }, [x], size, x.dtype);
}

/**
 * Slices a tensor. A batch of a tensor with data is a view: a recorded slice would make a new graph for each offset.
 */
const slice = kernel<OneInput, { begin: number[]; size: number[] }>(({ x }, attributes, context) => {
  const { parseSliceParams, assertParamsValid } = tf.slice_util;
  const parsed = parseSliceParams(x, attributes.begin, attributes.size);
  const [begin, size] = parsed as [number[], number[]];
  assertParamsValid(x, begin, size);
  if (!isNative(x) || sizeOf(size) === 0 || size.length === 0) return undefined;
  const wholeRows = size.every((length, axis) => axis === 0 || length === x.shape[axis]);
  if (wholeRows && context.computed(x)) return context.view(x, begin[0]! * sizeOf(size.slice(1)), size);
  return recordSlice(context, x, begin, size);
});

const pad = kernel<OneInput, { paddings: [number, number][]; constantValue: number }>(
  ({ x }, { paddings, constantValue }, context) => {
    if (!isNative(x) || x.dtype === 'bool') return undefined;
    const shape = x.shape.map((length, axis) => length + paddings[axis]![0] + paddings[axis]![1]);
    return context.record({ kind: 'Pad', attributes: { paddings, value: constantValue } }, [x], shape, x.dtype);
  },
);

const tile = kernel<OneInput, { reps: number[] }>(({ x }, { reps }, context) => {
  if (!isNative(x) || reps.includes(0)) return undefined;
  const missing = reps.length - x.shape.length;
  const view = { ...x, shape: [...Array.from({ length: Math.max(0, missing) }, () => 1), ...x.shape] };
  const shape = view.shape.map((length, axis) => length * reps[axis]!);
  return context.record({ kind: 'Tile', attributes: { reps } }, [view], shape, x.dtype);
});

interface GatherInputs extends OneInput {
  readonly indices: tf.TensorInfo;
}
const gather = kernel<GatherInputs, { axis: number; batchDims?: number }>(
  ({ x, indices }, { axis: given, batchDims = 0 }, context) => {
    if (!isNative(x) || !areNative(indices) || batchDims !== 0 || indices.dtype !== 'int32') return undefined;
    const axis = tf.util.parseAxisParam(given, x.shape)[0]!;
    const limit = x.shape[axis]!;
    for (const index of context.computed(indices) ?? []) {
      tf.util.assert(
        index >= 0 && index < limit,
        () => `GatherV2: the index value ${index} is not in [0, ${limit - 1}]`,
      );
    }
    const shape = [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)];
    return context.record({ kind: 'Gather', attributes: { axis } }, [x, indices], shape, x.dtype);
  },
);

const reverse = kernel<OneInput, { dims: number | number[] }>(({ x }, { dims }, context) => {
  if (!isNative(x)) return undefined;
  const axes = tf.util.parseAxisParam(dims, x.shape);
  if (axes.length === 0 || x.shape.length === 0) return context.alias(x, x.shape);
  return context.record({ kind: 'Reverse', attributes: { axes } }, [x], x.shape, x.dtype);
});

interface SegmentInputs extends OneInput {
  readonly segmentIds: tf.TensorInfo;
}
const segmentSum = kernel<SegmentInputs, { numSegments: number }>(({ x, segmentIds }, { numSegments }, context) => {
  if (!areFloat(x) || !areNative(segmentIds) || segmentIds.dtype !== 'int32' || numSegments === 0) return undefined;
  if (!sameShape(segmentIds.shape, x.shape.slice(0, 1))) return undefined;
  const shape = [numSegments, ...x.shape.slice(1)];
  return context.record({ kind: 'SegmentSum', attributes: {} }, [x, segmentIds], shape, 'float32');
});

interface OneHotAttributes {
  readonly dtype: tf.DataType;
  readonly depth: number;
  readonly onValue: number;
  readonly offValue: number;
}
const oneHot = kernel<{ indices: tf.TensorInfo }, OneHotAttributes>(({ indices }, attributes, context) => {
  const { dtype, depth, onValue, offValue } = attributes;
  if (!areNative(indices) || indices.dtype !== 'int32' || !isNativeType(dtype)) return undefined;
  const operation = { kind: 'OneHot', attributes: { depth, on: onValue, off: offValue } } as const;
  return context.record(operation, [indices], [...indices.shape, depth], dtype);
});

const unpack = kernel<{ value: tf.TensorInfo }, { axis: number }>(({ value }, attributes, context) => {
  if (!isNative(value)) return undefined;
  const axis = positiveAxis(attributes.axis, value.shape.length);
  const shape = value.shape.filter((_, i) => i !== axis);
  return Array.from({ length: value.shape[axis]! }, (_, position) => {
    const begin = value.shape.map((_, i) => (i === axis ? position : 0));
    const size = value.shape.map((length, i) => (i === axis ? 1 : length));
    return { ...recordSlice(context, value, begin, size), shape };
  });
});

interface SplitAttributes {
  readonly numOrSizeSplits: number[] | number;
  readonly axis: number;
}
const split = kernel<OneInput, SplitAttributes>(({ x }, attributes, context) => {
  if (!isNative(x)) return undefined;
  const axis = tf.util.parseAxisParam(attributes.axis, x.shape)[0]!;
  const sizes = tf.backend_util.prepareSplitSize(x, attributes.numOrSizeSplits, axis);
  if (sizes.includes(0)) return undefined;
  let start = 0;
  return sizes.map((length) => {
    const begin = x.shape.map((_, i) => (i === axis ? start : 0));
    start += length;
    const size = x.shape.map((whole, i) => (i === axis ? length : whole));
    return recordSlice(context, x, begin, size);
  });
});

/** Kernels that rearrange elements or change shapes. */
export const shapeKernels: Kernels = new Map([
  ['Reshape', reshape],
  ['Identity', identity],
  ['ExpandDims', expandDims],
  ['Transpose', transpose],
  ['Concat', concat],
  ['Slice', slice],
  ['PadV2', pad],
  ['Tile', tile],
  ['GatherV2', gather],
  ['Reverse', reverse],
  ['UnsortedSegmentSum', segmentSum],
  ['OneHot', oneHot],
  ['Pack', pack],
  ['Unpack', unpack],
  ['SplitV', split],
]);
