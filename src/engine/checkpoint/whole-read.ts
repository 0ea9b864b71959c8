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

/** Fills `target` from the start of an open file. @throws UserError where the file is shorter by now */
export async function fill(handle: FileHandle, file: string, target: Uint8Array): Promise<void> {
  let offset = 0;
  while (offset < target.byteLength) {
    const { bytesRead } = await handle.read(target, offset, target.byteLength - offset, offset);
    if (bytesRead === 0) throw new UserError(`"${file}" became shorter while it was read: try again.`);
    offset += bytesRead;
  }
}
