import path from 'node:path';
import { stampedBeginning, wholeFile } from '../files/beginning';
import { HEADER_BYTES, readPictureHeader } from './header';
import { MOST_FILE_BYTES, type Picture, type PictureHeader } from './picture';

/** Files whose headers are read at a time. */
const AT_ONCE = 16;

/**
 * Opens pictures as files. Reads their headers now, and the rest on demand.
 * @throws UserError that names a file that is no picture
 */
export async function pictureFiles(files: readonly string[], root: string): Promise<Picture[]> {
  const pictures = new Array<Picture>(files.length);
  let next = 0;
  const readSome = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      pictures[index] = await pictureFile(files[index]!, path.relative(root, files[index]!));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, readSome));
  return pictures;
}

async function pictureFile(file: string, name: string): Promise<Picture> {
  const read = (): Promise<Uint8Array> => wholeFile(file, MOST_FILE_BYTES);
  const { bytes, stamp } = await stampedBeginning(file, HEADER_BYTES);
  return { name, header: await headerOf(bytes, name, read), stamp: () => `${file}:${stamp}`, read };
}

async function headerOf(beginning: Uint8Array, name: string, read: Picture['read']): Promise<PictureHeader> {
  try {
    return readPictureHeader(beginning, name);
  } catch (error) {
    // Long metadata may come before the size.
    if (beginning.length < HEADER_BYTES) throw error;
    return readPictureHeader(await read(), name);
  }
}
