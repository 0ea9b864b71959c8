import { isNativeType, type NativeArray, type NativeType, sizeOf } from '../graph/native-types';
import type { Operation } from '../graph/operations';
import type { tf } from '../tf';

/** What kernels can ask of the backend. */
export interface KernelContext {
  /** Records an operation; the result has data once it is flushed. */
  record(operation: Operation, inputs: readonly tf.TensorInfo[], shape: number[], dtype: NativeType): tf.TensorInfo;
  /** The same data under another shape. */
  alias(x: tf.TensorInfo, shape: number[]): tf.TensorInfo;
  /** A tensor over existing values. */
  store(values: tf.BackendValues, shape: number[], dtype: tf.DataType): tf.TensorInfo;
  /** The data of a tensor that is not pending, without computing anything. */
  computed(x: tf.TensorInfo): NativeArray | undefined;
  /** A tensor over part of the data of a tensor that is not pending. */
  view(x: tf.TensorInfo, offset: number, shape: number[]): tf.TensorInfo;
  /** Lets go of a tensor that this kernel has made and hands to nobody. */
  giveUp(x: tf.TensorInfo): void;
}

/** Answers a kernel call, or returns undefined to leave it to the cpu kernel. */
export type Kernel = (
  inputs: tf.NamedTensorInfoMap,
  attributes: tf.NamedAttrMap,
  context: KernelContext,
) => tf.TensorInfo | tf.TensorInfo[] | undefined;

export type Kernels = ReadonlyMap<string, Kernel>;

/**
 * A kernel with typed inputs and attributes. tfjs hands both over untyped; which name has which is fixed by its
 * `kernel_names`, whose types the callers of this function give.
 */
// The parameters bind the type of `answer`, which the caller spells out.
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

/** Whether all tensors have a native type and at least one element: empty ones are left to the cpu kernels. */
export function areNative(...tensors: tf.TensorInfo[]): boolean {
  return tensors.every((x) => isNativeType(x.dtype) && sizeOf(x.shape) > 0);
}

export function isNative(x: tf.TensorInfo): x is NativeTensorInfo {
  return areNative(x);
}

export function areFloat(...tensors: tf.TensorInfo[]): boolean {
  return tensors.every((x) => x.dtype === 'float32' && sizeOf(x.shape) > 0);
}

/** An axis counted from the front. */
export function positiveAxis(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
