import { allocate, isNativeType, sizeOf } from '../graph/native-types';
import type { tf } from '../tf';
import { isNative, type Kernel, kernel, type Kernels, type OneInput } from './kernel';

function filledLike(value: number): Kernel {
  return kernel<OneInput>(({ x }, _, context) => {
    if (!isNative(x)) return undefined;
    return context.store(allocate(x.dtype, sizeOf(x.shape)).fill(value), x.shape, x.dtype);
  });
}

interface FillAttributes {
  readonly shape: number[];
  readonly value: number | string | boolean;
  readonly dtype?: tf.DataType;
}
const fill = kernel<unknown, FillAttributes>((_, { shape, value, dtype }, context) => {
  if (typeof value === 'string') return undefined;
  const type = dtype ?? (typeof value === 'boolean' ? 'bool' : 'float32');
  if (!isNativeType(type)) return undefined;
  return context.store(allocate(type, sizeOf(shape)).fill(Number(value)), shape, type);
});

interface RangeAttributes {
  readonly start: number;
  readonly stop: number;
  readonly step: number;
  readonly dtype: tf.DataType;
}
const range = kernel<unknown, RangeAttributes>((_, { start, stop, step, dtype }, context) => {
  // The cpu kernel handles empty and descending ranges.
  if (!isNativeType(dtype) || stop <= start || step <= 0) return undefined;
  const values = allocate(dtype, Math.ceil((stop - start) / step));
  for (let i = 0; i < values.length; i++) values[i] = i === 0 ? start : values[i - 1]! + step;
  return context.store(values, [values.length], dtype);
});

/** Kernels with results that do not depend on data. */
export const constantKernels: Kernels = new Map([
  ['ZerosLike', filledLike(0)],
  ['OnesLike', filledLike(1)],
  ['Fill', fill],
  ['Range', range],
]);
