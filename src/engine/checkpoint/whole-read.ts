import { open, type FileHandle } from 'node:fs/promises';
import { UserError } from '../../protocol/errors';

/** Fills `target` from the start of a file. @throws UserError where the file is shorter by now */
export async function readInto(file: string, target: Uint8Array): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await fill(handle, file, target);
  } finally {
    await handle.close();
  }
}

/**
 * Fills `target` from an open file.
 * @param from its first byte in the file
 * @throws UserError where the file is shorter by now
 */
export async function fill(handle: FileHandle, file: string, target: Uint8Array, from = 0): Promise<void> {
  let filled = 0;
  while (filled < target.byteLength) {
    const { bytesRead } = await handle.read(target, filled, target.byteLength - filled, from + filled);
    if (bytesRead === 0) throw new UserError(`"${file}" became shorter while it was read: try again.`);
    filled += bytesRead;
  }
}
