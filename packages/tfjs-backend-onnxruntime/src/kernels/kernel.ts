import { isNativeType, type NativeArray, type NativeType, sizeOf } from '../graph/native-types';
import type { Operation } from '../graph/operations';
import type { tf } from '../tf';

/** The services of the backend for kernels. */
export interface KernelContext {
  /** Records an operation. The result has data after the next flush. */
  record(operation: Operation, inputs: readonly tf.TensorInfo[], shape: number[], dtype: NativeType): tf.TensorInfo;
  /** Returns the same data under another shape. */
  alias(x: tf.TensorInfo, shape: number[]): tf.TensorInfo;
  /** Creates a tensor over existing values. */
  store(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** Returns the data of a tensor; undefined if it is pending. Computes nothing. */
  computed(x: tf.TensorInfo): NativeArray | undefined;
  /** Creates a tensor over part of the data of a tensor that is not pending. */
  view(x: tf.TensorInfo, offset: number, shape: number[]): tf.TensorInfo;
  /** Releases a tensor that the kernel made for itself. */
  release(x: tf.TensorInfo): void;
}

/** Answers a kernel call, or returns undefined to leave it to the cpu kernel. */
export type Kernel = (
  inputs: tf.NamedTensorInfoMap,
  attributes: tf.NamedAttrMap,
  context: KernelContext,
) => tf.TensorInfo | tf.TensorInfo[] | undefined;

export type Kernels = ReadonlyMap<string, Kernel>;

/**
 * Types the inputs and attributes of a kernel. tfjs passes both untyped; `kernel_names` of tfjs fixes the types for
 * each name, and the callers of this function give them.
 */
// The type parameters bind the type of `answer`, which the caller writes out.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function kernel<Inputs, Attributes = unknown>(
  answer: (
    inputs: Inputs,
    attributes: Attributes,
    context: KernelContext,
  ) => tf.TensorInfo | tf.TensorInfo[] | undefined,
): Kernel {
  return answer as Kernel;
}

export interface OneInput {
  readonly x: tf.TensorInfo;
}
export interface TwoInputs {
  readonly a: tf.TensorInfo;
  readonly b: tf.TensorInfo;
}

export type NativeTensorInfo = tf.TensorInfo & { dtype: NativeType };

/** True if all tensors have a native type and are not empty. The cpu kernels handle empty tensors. */
export function areNative(...tensors: tf.TensorInfo[]): boolean {
  return tensors.every((x) => isNativeType(x.dtype) && sizeOf(x.shape) > 0);
}

export function isNative(x: tf.TensorInfo): x is NativeTensorInfo {
  return areNative(x);
}

export function areFloat(...tensors: tf.TensorInfo[]): boolean {
  return tensors.every((x) => x.dtype === 'float32' && sizeOf(x.shape) > 0);
}

/** Converts a negative axis to one counted from the front. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
