import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { isPacked } from '../../../loader/head';
import { UserError } from '../../../protocol/errors';
import { readFailure } from '../failures';
import { fileStamp } from '../paths';
import { fill } from '../whole-read';

/** Most bytes of a packed file: 2 GiB. */
export const PACKED_MAX_BYTES = 2 * 1024 ** 3;

/** Reads a packed file; undefined where it begins otherwise. @throws UserError where it cannot be read */
export async function readPackedBytes(file: string): Promise<{ bytes: Uint8Array; stamp: string } | undefined> {
  try {
    // Opening a pipe would wait for a writer.
    if (!(await stat(file)).isFile()) return undefined;
    const handle = await open(file, 'r');
    try {
      const status = await handle.stat({ bigint: true });
      const size = Number(status.size);
      const head = new Uint8Array(Math.min(size, 4));
      await fill(handle, file, head);
      if (!isPacked(head)) return undefined;
      if (size > PACKED_MAX_BYTES)
        throw new UserError(`"${path.basename(file)}" is larger than the 2 GiB that can be opened.`);
      const bytes = new Uint8Array(size);
      await fill(handle, file, bytes);
      return { bytes, stamp: fileStamp(status) };
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw readFailure('The checkpoint', file, error);
  }
}
