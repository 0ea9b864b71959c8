import { constants, type Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../../../protocol/errors';

/** Reads the first bytes of a regular file, fewer where it is shorter. @throws UserError where it cannot be read */
export const beginningOf = async (file: string, bytes: number): Promise<Uint8Array> =>
  (await stampedBeginning(file, bytes)).bytes;

/** Does the same, and returns a stamp that changes with the file: its size and its time. @throws UserError */
export const stampedBeginning = (file: string, bytes: number): Promise<{ bytes: Uint8Array; stamp: string }> =>
  withRegular(file, async (handle, { size, mtimeMs }) => ({
    bytes: await filled(handle, Math.min(bytes, size)),
    stamp: `${size}:${mtimeMs}`,
  }));

/** Reads a whole regular file. @throws UserError where it cannot be read, or has more than `most` bytes */
export const wholeFile = (file: string, most: number): Promise<Uint8Array> =>
  withRegular(file, (handle, { size }) => {
    if (size > most)
      throw new UserError(
        `The dataset file ${file} has ${size} bytes, more than the ${most} that can be opened: use smaller files.`,
      );
    return filled(handle, size);
  });

async function filled(handle: FileHandle, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let at = 0;
  while (at < size) {
    const { bytesRead } = await handle.read(bytes, at, size - at, at);
    if (bytesRead === 0) break;
    at += bytesRead;
  }
  return bytes.subarray(0, at);
}

/** Opens a file without waiting, see `data-file.ts`. */
async function withRegular<T>(file: string, work: (handle: FileHandle, status: Stats) => Promise<T>): Promise<T> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw new UserError(`The dataset file ${file} cannot be read: check that it exists and may be read.`, { cause });
  }
  try {
    const status = await handle.stat();
    if (!status.isFile()) throw new UserError(`The dataset file ${file} is not a regular file: give a file itself.`);
    return await work(handle, status);
  } finally {
    await handle.close();
  }
}
