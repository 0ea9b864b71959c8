import { allocate, type NativeArray, type NativeType } from '../graph/native-types';

const ARRAYS_KEPT_PER_SIZE = 8;

/** Arrays of a type and length, and how old the pool was when one was given back last. */
interface Waiting {
  readonly arrays: NativeArray[];
  readonly age: number;
}

/**
 * Keeps the arrays of disposed tensors for the next ones of the same type and length: a training step then allocates
 * nothing. Arrays are allocated here and not by the native side, because Electron forbids external buffers.
 */
export class BufferPool {
  /** By type and length, what was given back last at the end. */
  readonly #free = new Map<string, Waiting>();
  #freeBytes = 0;
  #age = 0;

  /**
   * @param maxFreeBytes how much may wait for reuse
   * @param maxAge how much older the pool may become until a size that was not given back meanwhile is let go
   */
  constructor(
    readonly maxFreeBytes: number,
    readonly maxAge: number,
  ) {}

  /** How much waits for reuse. */
  get freeBytes(): number {
    return this.#freeBytes;
  }

  /** An array with undefined content. */
  take(type: NativeType, length: number): NativeArray {
    const key = `${type}${length}`;
    const waiting = this.#free.get(key);
    const array = waiting?.arrays.pop();
    if (waiting?.arrays.length === 0) this.#free.delete(key);
    if (array === undefined) return allocate(type, length);
    this.#freeBytes -= array.byteLength;
    return array;
  }

  /** Gives an array back. Nobody may hold on to it. Sizes that were not given back for longest make room. */
  give(type: NativeType, array: NativeArray): void {
    if (array.byteLength > this.maxFreeBytes) return;
    const key = `${type}${array.length}`;
    const arrays = this.#free.get(key)?.arrays ?? [];
    if (arrays.length >= ARRAYS_KEPT_PER_SIZE) return;
    arrays.push(array);
    this.#free.delete(key);
    this.#free.set(key, { arrays, age: this.#age });
    this.#freeBytes += array.byteLength;
    this.#letGo(() => this.#freeBytes > this.maxFreeBytes);
  }

  /** Becomes older, as with each graph that is compiled: what no graph in use gives back is let go in the end. */
  growOlder(): void {
    this.#age++;
    this.#letGo(({ age }) => this.#age - age > this.maxAge);
  }

  clear(): void {
    this.#free.clear();
    this.#freeBytes = 0;
  }

  /** Lets arrays go as long as that is wanted of the size that was not given back for longest. */
  #letGo(isWanted: (oldest: Waiting) => boolean): void {
    for (const [key, waiting] of this.#free) {
      while (waiting.arrays.length > 0 && isWanted(waiting)) this.#freeBytes -= waiting.arrays.pop()!.byteLength;
      if (waiting.arrays.length > 0) break;
      this.#free.delete(key);
    }
  }
}
