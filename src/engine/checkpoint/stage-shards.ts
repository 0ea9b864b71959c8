import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import type { JoinedValues } from './joined-values';

/** Bytes that are computed, hashed and written at a time. */
const PIECE_BYTES = 4 * 1024 * 1024;
/** Files that are flushed while the next are computed. */
const MOST_OPEN = 4;

/**
 * Writes the joined bytes of large weights to new files, each flushed to the disk, and hashes them on the way: values are
 * computed once.
 * @param names of the files in the folder, in order
 * @param sizes bytes of each; together all of them
 * @returns SHA-256 of all bytes, hex
 */
export async function stageShards(
  folder: string,
  joined: JoinedValues,
  names: readonly string[],
  sizes: readonly number[],
): Promise<string> {
  const hash = createHash('sha256');
  const closing: Promise<void>[] = [];
  // Each open file has two of its own: one that is written, and one that is computed.
  const rooms = Array.from({ length: MOST_OPEN }, () => [new Uint8Array(PIECE_BYTES), new Uint8Array(PIECE_BYTES)]);
  let [offset, pieces] = [0, 0];
  try {
    for (const [i, size] of sizes.entries()) {
      if (i >= MOST_OPEN) await closing[i - MOST_OPEN];
      const file = await Staged.create(path.join(folder, names[i]!));
      try {
        for (const end = offset + size; offset < end;) {
          const room = rooms[i % MOST_OPEN]![pieces++ % 2]!;
          const piece = joined.fill(offset, room.subarray(0, Math.min(PIECE_BYTES, end - offset)));
          hash.update(piece);
          offset += piece.byteLength;
          await file.write(piece);
        }
      } finally {
        const closed = file.close();
        // A failure is thrown where it is waited for.
        closed.catch(() => undefined);
        closing.push(closed);
      }
    }
    await Promise.all(closing);
  } finally {
    await Promise.allSettled(closing);
  }
  return hash.digest('hex');
}

/** A file that is written while its next piece is computed. */
class Staged {
  #last: Promise<void> = Promise.resolve();

  private constructor(private readonly handle: FileHandle) {}

  static async create(file: string): Promise<Staged> {
    return new Staged(await open(file, 'wx'));
  }

  /** Begins to write a piece once the one before it is written. */
  async write(piece: Uint8Array): Promise<void> {
    await this.#last;
    this.#last = this.handle.writeFile(piece);
    // A failure is thrown by the next call, or by `close`.
    this.#last.catch(() => undefined);
  }

  /** Flushes and closes the file. */
  async close(): Promise<void> {
    try {
      await this.#last;
      await this.handle.sync();
    } finally {
      await this.handle.close();
    }
  }
}
