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
}

function readFrom({ path, stamp }: Shard, offset: number, target: Uint8Array): void {
  if (target.byteLength === 0) return;
  try {
    const file = openSync(path, 'r');
    try {
      if (fileStamp(fstatSync(file, { bigint: true })) !== stamp) throw changed(path);
      for (let filled = 0; filled < target.byteLength;) {
        const read = readSync(file, target, filled, target.byteLength - filled, offset + filled);
        if (read === 0) throw changed(path);
        filled += read;
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw readFailure('The weights file', path, error);
  }
}

const changed = (path: string): UserError =>
  new UserError(`The weights file "${path}" was changed while it was in use: open the checkpoint again.`);
