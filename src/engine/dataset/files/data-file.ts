import { constants } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { createGunzip } from 'node:zlib';
import { pipeline } from 'node:stream';
import { UserError } from '../../../protocol/errors';

/**
 * An open dataset file: a regular file, whose bytes are unpacked if it is gzipped. Its content decides that, not its
 * name.
 */
export interface DataFile {
  /** Bytes of the file as it is stored. */
  readonly size: number;
  readonly packed: boolean;
  /** The unpacked bytes in pieces of bounded size, each made on demand. They can be read only once. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Bytes that are read, or unpacked, at a time. */
export const PIECE_BYTES = 64 * 1024;

/**
 * Opens a dataset file for `work` and closes it. Refuses pipes, devices and files outside the folder.
 * @throws UserError where it cannot be read, or its gzip data does not unpack
 */
export async function withDataFile<T>(file: string, work: (file: DataFile) => Promise<T>): Promise<T> {
  await refuseOutside(file);
  const handle = await openRegular(file);
  try {
    const { size } = await handle.stat();
    const packed = await isGzipped(handle);
    return await work({ size, packed, bytes: packed ? unpacked(handle, file) : plain(handle, size) });
  } finally {
    await handle.close();
  }
}

/** Opens a file without waiting: a pipe without a writer would wait forever, and a device never ends. */
async function openRegular(file: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw new UserError(`The dataset file ${file} is not a regular file: give a file itself.`);
}

/** Refuses a link that leads out of the folder. */
async function refuseOutside(file: string): Promise<void> {
  let [folder, target]: [string, string] = ['', ''];
  try {
    [folder, target] = [await realpath(path.dirname(file)), await realpath(file)];
  } catch (cause) {
    throw unreadable(file, cause);
  }
  const from = path.relative(folder, target);
  if (from.startsWith('..') || path.isAbsolute(from))
    throw new UserError(
      `The dataset file ${file} is a link that leads out of its folder: copy the file, or name the folder in which it lies.`,
    );
}

const unreadable = (file: string, cause: unknown): UserError =>
  new UserError(`The dataset file ${file} cannot be read: check that it exists and may be read.`, { cause });

async function isGzipped(handle: FileHandle): Promise<boolean> {
  const { buffer, bytesRead } = await handle.read(new Uint8Array(2), 0, 2, 0);
  return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
}

/** Reads only the bytes that the file had when it was opened, since it may grow. */
async function* plain(handle: FileHandle, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size;) {
    const piece = new Uint8Array(Math.min(PIECE_BYTES, size - at));
    const { bytesRead } = await handle.read(piece, 0, piece.length, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield piece.subarray(0, bytesRead);
  }
}

async function* unpacked(handle: FileHandle, file: string): AsyncGenerator<Uint8Array> {
  const stream = handle.createReadStream({ start: 0, autoClose: false, highWaterMark: PIECE_BYTES });
  const gunzip = createGunzip({ chunkSize: PIECE_BYTES });
  // Errors reach `gunzip`, which is read below.
  pipeline(stream, gunzip, () => undefined);
  try {
    for await (const piece of gunzip) if (piece instanceof Uint8Array) yield piece;
  } catch (cause) {
    throw new UserError(`The dataset file ${file} is damaged or cut short: its gzip data does not unpack.`, { cause });
  } finally {
    stream.destroy();
  }
}
