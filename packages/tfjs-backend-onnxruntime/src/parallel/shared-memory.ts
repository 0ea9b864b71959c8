import type {} from '../fused-update/webassembly';
import { PAGE_BYTES } from '../encoding/wasm';

/** Alignment of each array, a cache line, as vector instructions prefer it. */
const ALIGNMENT = 64;
/** The limit of 32-bit addresses. */
const MOST_PAGES = 65_536;

interface Span {
  readonly start: number;
  readonly bytes: number;
}

/** Memory that the workers share: one piece that grows, with an allocator. */
export class SharedMemory {
  readonly memory = new WebAssembly.Memory<SharedArrayBuffer>({ initial: 1, maximum: MOST_PAGES, shared: true });
  /** Free spans in order of their start. No two of them touch. */
  #freeSpans: Span[] = [{ start: 0, bytes: PAGE_BYTES }];

  /** The whole memory. Arrays over it stay valid when it grows. */
  get buffer(): SharedArrayBuffer {
    return this.memory.buffer;
  }

  /**
   * Allocates bytes with undefined content and returns their offset.
   *
   * @throws Error if memory runs out
   */
  allocate(bytes: number): number {
    const size = alignedBytes(bytes);
    let index = this.#freeSpans.findIndex((span) => span.bytes >= size);
    if (index < 0) {
      const pages = Math.ceil(size / PAGE_BYTES);
      const start = this.memory.grow(pages) * PAGE_BYTES;
      this.#insert({ start, bytes: pages * PAGE_BYTES });
      index = this.#freeSpans.findIndex((span) => span.bytes >= size);
    }
    const { start, bytes: found } = this.#freeSpans[index]!;
    this.#freeSpans.splice(index, 1, ...(found > size ? [{ start: start + size, bytes: found - size }] : []));
    return start;
  }

  /** Frees bytes that `allocate` returned. */
  free(start: number, bytes: number): void {
    this.#insert({ start, bytes: alignedBytes(bytes) });
  }

  #insert(span: Span): void {
    const next = this.#freeSpans.findIndex(({ start }) => start > span.start);
    const index = next < 0 ? this.#freeSpans.length : next;
    const before = this.#freeSpans[index - 1];
    const after = this.#freeSpans[index];
    const touchesBefore = before !== undefined && before.start + before.bytes === span.start;
    const touchesAfter = after !== undefined && span.start + span.bytes === after.start;
    const start = touchesBefore ? before.start : span.start;
    const end = touchesAfter ? after.start + after.bytes : span.start + span.bytes;
    const first = touchesBefore ? index - 1 : index;
    const replaced = (touchesBefore ? 1 : 0) + (touchesAfter ? 1 : 0);
    this.#freeSpans.splice(first, replaced, { start, bytes: end - start });
  }
}

/** Rounds up to whole cache lines, at least one. */
export const alignedBytes = (bytes: number): number => Math.max(1, Math.ceil(bytes / ALIGNMENT)) * ALIGNMENT;

/** Allocations that are freed together. */
export class AllocationGroup {
  bytes = 0;
  readonly #allocated: Span[] = [];

  constructor(private readonly memory: SharedMemory) {}

  /** Allocates bytes and returns their offset. */
  allocate(bytes: number): number {
    const start = this.memory.allocate(bytes);
    this.#allocated.push({ start, bytes });
    this.bytes += bytes;
    return start;
  }

  free(): void {
    for (const { start, bytes } of this.#allocated.splice(0)) this.memory.free(start, bytes);
  }
}
