import type { tf } from '../tf';

/** Element types of recorded graphs. Tensors of `string` and `complex64` stay with the cpu kernels. */
export type NativeType = 'float32' | 'int32' | 'bool';
/** The array that holds a native tensor; booleans are bytes of 0 and 1. */
export type NativeArray = Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>;

/** The array of a native tensor in shared memory. */
export type SharedArray =
  Float32Array<SharedArrayBuffer> | Int32Array<SharedArrayBuffer> | Uint8Array<SharedArrayBuffer>;

const ARRAYS = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;

export function isNativeType(type: tf.DataType): type is NativeType {
  return type in ARRAYS;
}

/** @throws TypeError for types that stay with the cpu kernels */
export function nativeTypeOf(type: tf.DataType): NativeType {
  if (!isNativeType(type)) throw new TypeError(`A ${type} tensor reached a recorded graph.`);
  return type;
}

/** A new array of zeros for `length` elements. */
export function allocate(type: NativeType, length: number): NativeArray {
  return new ARRAYS[type](length);
}

export function isShared(values: ArrayBufferView): values is SharedArray {
  return values.buffer instanceof SharedArrayBuffer;
}

/** Creates an array of `length` elements over shared memory, from byte `at` on. */
export function sharedArray(type: NativeType, memory: SharedArrayBuffer, at: number, length: number): SharedArray {
  switch (type) {
    case 'float32':
      return new Float32Array(memory, at, length);
    case 'int32':
      return new Int32Array(memory, at, length);
    case 'bool':
      return new Uint8Array(memory, at, length);
  }
}

/** Bytes of one element. */
export function elementBytes(type: NativeType): number {
  return ARRAYS[type].BYTES_PER_ELEMENT;
}

/** Creates a native array from elements, converted as typed arrays do. */
export function nativeArray(type: NativeType, values: Iterable<number>): NativeArray {
  return ARRAYS[type].from(values);
}

/** Returns `values` if it has the right type, else a converted copy. */
export function toNativeArray(type: NativeType, values: tf.BackendValues): NativeArray {
  if (values instanceof ARRAYS[type] && values.buffer instanceof ArrayBuffer) return values as NativeArray;
  if (Array.isArray(values)) throw new TypeError(`String values cannot become a ${type} tensor.`);
  return new ARRAYS[type](values);
}

/** Number of elements of a shape. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dimension of shape) size *= dimension;
  return size;
}

/** True if two shapes (or any two lists of numbers) are equal. */
export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  if (a.length !== b.length) return false;
  for (let axis = 0; axis < a.length; axis++) if (a[axis] !== b[axis]) return false;
  return true;
}
