import { allocate, type NativeArray, type NativeType } from '../graph/native-types';

const ARRAYS_KEPT_PER_SIZE = 8;

/**
 * Keeps the arrays of disposed tensors for the next ones of the same type and length: a training step then allocates
 * nothing. Arrays are allocated here and not by the native side, because Electron forbids external buffers.
 */
export class BufferPool {
  /** By type and length, what was given back last at the end. */
  readonly #free = new Map<string, NativeArray[]>();
  #freeBytes = 0;

  /** @param maxFreeBytes how much may wait for reuse */
  constructor(readonly maxFreeBytes: number) {}

  /** How much waits for reuse. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** An array with undefined content. */
  take(type: NativeType, length: number): NativeArray {
    const key = `${type}${length}`;
    const free = this.#free.get(key) ?? [];
    const array = free.pop();
    if (free.length === 0) this.#free.delete(key);
    if (array === undefined) return allocate(type, length);
    this.#freeBytes -= array.byteLength;
    return array;
  }

  /** Gives an array back. Nobody may hold on to it. Sizes that were not given back for longest make room. */
  give(type: NativeType, array: NativeArray): void {
    if (array.byteLength > this.maxFreeBytes) return;
    const key = `${type}${array.length}`;
    const free = this.#free.get(key) ?? [];
    if (free.length >= ARRAYS_KEPT_PER_SIZE) return;
    free.push(array);
    this.#free.delete(key);
    this.#free.set(key, free);
    this.#freeBytes += array.byteLength;
    for (const [oldest, arrays] of this.#free) {
      while (arrays.length > 0 && this.#freeBytes > this.maxFreeBytes) this.#freeBytes -= arrays.pop()!.byteLength;
      if (arrays.length > 0) break;
      this.#free.delete(oldest);
    }
  }

  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }
}
