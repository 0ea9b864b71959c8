import { createHash } from 'node:crypto';
import { UserError } from '../../../protocol/errors';
import type { OutputFolder } from '../../folder/output-folder';
import type { OwnFiles } from './contents';

/**
 * Writes a file beside the checkpoint of a run, and reads it back. A failed run removes it again, by its hash in `own`.
 * @param noted called once `own` lists the file, before it is there
 * @returns the file as it was read back
 * @throws UserError where another file has this name, or where it reads back as another
 */
export async function writeOwnFile(
  folder: OutputFolder,
  own: OwnFiles,
  name: string,
  bytes: Uint8Array,
  noted: () => Promise<void> = () => Promise.resolve(),
): Promise<Buffer> {
  // One with the same bytes may be there from a run that was killed.
  if (!Object.hasOwn(own.written, name) && (await folder.has(name)) && !(await reads(folder, name, bytes)))
    throw new UserError(
      `The folder ${folder.given} holds a file "${name}" that this run did not write, and that is never overwritten: choose another folder.`,
    );
  own.written[name] = createHash('sha256').update(bytes).digest('hex');
  await noted();
  await folder.write(name, bytes);
  const written = await reads(folder, name, bytes);
  if (!written)
    throw new UserError(`The file "${name}" reads back as another: check the disk, and choose another folder.`);
  return written;
}

/** Reads a file that holds these bytes; undefined where it holds others. */
async function reads(folder: OutputFolder, name: string, bytes: Uint8Array): Promise<Buffer | undefined> {
  const read = await folder.read(name, bytes.byteLength).catch((error: unknown) => {
    // A larger file is another one.
    if (error instanceof UserError) return undefined;
    throw error;
  });
  return read?.equals(bytes) ? read : undefined;
}
