import { allocate, type NativeArray, type NativeType } from '../graph/native-types';

const ARRAYS_KEPT_PER_SIZE = 8;

/**
 * Keeps the arrays of disposed tensors for the next ones of the same type and length: a training step then allocates
 * nothing. Arrays are allocated here and not by the native side, because Electron forbids external buffers.
 */
export class BufferPool {
  readonly #free = new Map<string, NativeArray[]>();
  #freeBytes = 0;

  /** @param maxFreeBytes how much may wait for reuse */
  constructor(readonly maxFreeBytes: number) {}

  /** An array with undefined content. */
  take(type: NativeType, length: number): NativeArray {
    const array = this.#free.get(`${type}${length}`)?.pop();
    if (array === undefined) return allocate(type, length);
    this.#freeBytes -= array.byteLength;
    return array;
  }

  /** Gives an array back. Nobody may hold on to it. */
  give(type: NativeType, array: NativeArray): void {
    if (this.#freeBytes + array.byteLength > this.maxFreeBytes) return;
    const key = `${type}${array.length}`;
    const free = this.#free.get(key) ?? [];
    if (free.length >= ARRAYS_KEPT_PER_SIZE) return;
    free.push(array);
    this.#free.set(key, free);
    this.#freeBytes += array.byteLength;
  }

  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }
}
