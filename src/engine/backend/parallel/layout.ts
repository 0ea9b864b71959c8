/** Where each array begins in shared memory: at a multiple of a cache line, which vector instructions like. */
const ALIGNMENT = 64;

/** Places in one piece of memory, one behind the other. */
export class Layout {
  bytes = 0;

  /** The start of so many bytes. */
  place(bytes: number): number {
    const at = this.bytes;
    this.bytes = Math.ceil((at + bytes) / ALIGNMENT) * ALIGNMENT;
    return at;
  }
}
