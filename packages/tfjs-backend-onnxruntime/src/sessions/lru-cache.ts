/** Something that holds memory until it is disposed. */
export interface Disposable {
  /** Bytes that it holds, at least as an estimate. */
  readonly bytes: number;
  dispose(): void;
}

/** Keeps the entries used last, up to a number of entries and a number of bytes. The newest few always stay. */
export class LruCache<T extends Disposable> {
  readonly #entries = new Map<string, T>();
  #bytes = 0;

  constructor(
    readonly maxEntries: number,
    readonly maxBytes: number,
    readonly alwaysKept = 1,
  ) {}

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Returns an entry and marks it as used. */
  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return entry;
  }

  /** Adds an entry and disposes those that no longer fit. */
  set(key: string, entry: T): void {
    this.delete(key);
    this.#entries.set(key, entry);
    this.#bytes += entry.bytes;
    for (const oldest of this.#entries.keys()) {
      const { size } = this.#entries;
      if (
        size <= Math.min(this.alwaysKept, this.maxEntries) ||
        (size <= this.maxEntries && this.#bytes <= this.maxBytes)
      )
        break;
      this.delete(oldest);
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    entry.dispose();
  }

  clear(): void {
    for (const key of [...this.#entries.keys()]) this.delete(key);
  }
}
