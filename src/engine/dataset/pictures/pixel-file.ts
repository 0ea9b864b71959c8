import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../../protocol/errors';

/** Reads the bytes of one example, which stay valid until the next call. */
export type ReadRow = (member: number) => Uint8Array;

/**
 * Decoded pictures in a file, one after another. They are read a batch at a time, so that they take no memory: the system
 * keeps what is often read.
 */
export class PixelFile {
  /**
   * @param path of the file
   * @param count number of pictures
   * @param size bytes of one picture
   */
  constructor(
    private readonly path: string,
    readonly count: number,
    private readonly size: number,
  ) {}

  /**
   * Lets `work` read pictures.
   * @throws UserError where the file is gone or has changed
   */
  reading<T>(work: (row: ReadRow) => T): T {
    const handle = this.#opened();
    try {
      const bytes = new Uint8Array(this.size);
      return work((member) => {
        let at = 0;
        while (at < this.size) {
          const read = readSync(handle, bytes, at, this.size - at, member * this.size + at);
          if (read === 0) throw this.#gone();
          at += read;
        }
        return bytes;
      });
    } finally {
      closeSync(handle);
    }
  }

  /** Opens the file at each use: nothing then has to be closed when a dataset is forgotten. */
  #opened(): number {
    let handle: number | undefined;
    try {
      handle = openSync(this.path, 'r');
      if (fstatSync(handle).size === this.count * this.size) return handle;
    } catch (cause) {
      throw this.#gone(cause);
    }
    closeSync(handle);
    throw this.#gone();
  }

  #gone(cause?: unknown): UserError {
    return new UserError(
      `The decoded images in ${this.path} were removed or cut short while they were in use: start again, and they are decoded again.`,
      { cause },
    );
  }
}

/** Lets `work` read examples of `size` bytes, which are in memory or in a file. @throws UserError where the file is gone */
export const readingRows = <T>(pixels: Uint8Array | PixelFile, size: number, work: (row: ReadRow) => T): T =>
  pixels instanceof PixelFile
    ? pixels.reading(work)
    : work((member) => pixels.subarray(member * size, (member + 1) * size));
