import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../protocol/errors';
import { readFailure } from './failures';
import { fileStamp } from './paths';
import type { Shard } from './stored-place';

/** Reads the joined bytes of shards in any place. */
export class ShardReader {
  readonly #starts: readonly number[];

  constructor(readonly shards: readonly Shard[]) {
    let at = 0;
    this.#starts = shards.map(({ bytes }) => (at += bytes) - bytes);
  }

  /** Fills `target` from an offset on. @throws UserError where a file has changed since it was opened */
  read(offset: number, target: Uint8Array): void {
    let shard = this.#starts.findLastIndex((start) => start <= offset);
    let filled = 0;
    while (filled < target.byteLength) {
      const from = offset + filled - this.#starts[shard]!;
      const part = target.subarray(
        filled,
        filled + Math.min(target.byteLength - filled, this.shards[shard]!.bytes - from),
      );
      readFrom(this.shards[shard]!, from, part);
      filled += part.byteLength;
      shard++;
    }
  }

  /**
   * Reads some bytes at each offset, ascending; they are valid until the next ones. Each file is opened once.
   * @throws UserError where a file has changed since it was opened
   */
  *readEach(offsets: readonly number[], bytes: number): Generator<Uint8Array> {
    const target = new Uint8Array(bytes);
    for (let next = 0; next < offsets.length;) {
      const shard = this.#starts.findLastIndex((start) => start <= offsets[next]!);
      const { path, bytes: size } = this.shards[shard]!;
      const [start, end] = [this.#starts[shard]!, this.#starts[shard]! + size];
      if (offsets[next]! + bytes > end) {
        this.read(offsets[next++]!, target);
        yield target;
        continue;
      }
      const file = opened(this.shards[shard]!);
      try {
        for (; next < offsets.length && offsets[next]! + bytes <= end; next++) {
          fillFrom(file, path, offsets[next]! - start, target);
          yield target;
        }
      } finally {
        closeSync(file);
      }
    }
  }
}

function readFrom(shard: Shard, offset: number, target: Uint8Array): void {
  if (target.byteLength === 0) return;
  const file = opened(shard);
  try {
    fillFrom(file, shard.path, offset, target);
  } finally {
    closeSync(file);
  }
}

/** Opens a file that is as it was. @throws UserError */
function opened({ path, stamp }: Shard): number {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    if (fileStamp(fstatSync(file, { bigint: true })) !== stamp) throw changed(path);
    return file;
  } catch (error) {
    if (file !== undefined) closeSync(file);
    throw readFailure('The weights file', path, error);
  }
}

function fillFrom(file: number, path: string, offset: number, target: Uint8Array): void {
  try {
    for (let filled = 0; filled < target.byteLength;) {
      const read = readSync(file, target, filled, target.byteLength - filled, offset + filled);
      if (read === 0) throw changed(path);
      filled += read;
    }
  } catch (error) {
    throw readFailure('The weights file', path, error);
  }
}

const changed = (path: string): UserError =>
  new UserError(`The weights file "${path}" was changed while it was in use: open the checkpoint again.`);
