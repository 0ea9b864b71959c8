import { allocate, type NativeArray, type NativeType } from '../graph/native-types';

const ARRAYS_KEPT_PER_SIZE = 8;

/** Free arrays of one type and length, and the age of the pool when the last of them was given back. */
interface FreeArrays {
  readonly arrays: NativeArray[];
  readonly age: number;
}

/**
 * Keeps the arrays of disposed tensors for later tensors of the same type and length, so that a training step allocates
 * nothing. The arrays are allocated here and not by the native side, because Electron forbids external buffers.
 */
export class BufferPool {
  /** Arrays by type and length. The entry that was used last is the last one. */
  readonly #free = new Map<string, FreeArrays>();
  #freeBytes = 0;
  #age = 0;

  /**
   * @param maxFreeBytes limit for all free arrays together
   * @param maxAge a size is evicted when nothing of it was given back for so many steps of the age
   */
  constructor(
    readonly maxFreeBytes: number,
    readonly maxAge: number,
  ) {}

  /** Bytes of all free arrays. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** Returns an array with undefined content. */
  take(type: NativeType, length: number): NativeArray {
    const key = `${type}${length}`;
    const waiting = this.#free.get(key);
    const array = waiting?.arrays.pop();
    if (waiting?.arrays.length === 0) this.#free.delete(key);
    if (array === undefined) return allocate(type, length);
    this.#freeBytes -= array.byteLength;
    return array;
  }

  /**
   * Gives an array back; the caller must not use it again. Evicts the least recently used sizes if the pool is full.
   */
  give(type: NativeType, array: NativeArray): void {
    if (array.byteLength > this.maxFreeBytes) return;
    const key = `${type}${array.length}`;
    const arrays = this.#free.get(key)?.arrays ?? [];
    if (arrays.length >= ARRAYS_KEPT_PER_SIZE) return;
    arrays.push(array);
    this.#free.delete(key);
    this.#free.set(key, { arrays, age: this.#age });
    this.#freeBytes += array.byteLength;
    this.#evict(() => this.#freeBytes > this.maxFreeBytes);
  }

  /**
   * Increases the age of the pool; called for each compiled graph. Sizes that no current graph uses are evicted in the
   * end.
   */
  advanceAge(): void {
    this.#age++;
    this.#evict(({ age }) => this.#age - age > this.maxAge);
  }

  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }

  /** Evicts arrays of the least recently used size while `isWanted` says so. */
  #evict(isWanted: (oldest: FreeArrays) => boolean): void {
    for (const [key, waiting] of this.#free) {
      while (waiting.arrays.length > 0 && isWanted(waiting)) this.#freeBytes -= waiting.arrays.pop()!.byteLength;
      if (waiting.arrays.length > 0) break;
      this.#free.delete(key);
    }
  }
}
