import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat, statfs, utimes } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../protocol/errors';
import { bytes as bytesText } from '../../../protocol/format';
import { channelsOf, type Form } from './form';
import type { Picture } from './picture';
import { PixelFile } from './pixel-file';

/** Changes where the same pictures would decode to other bytes. */
const VERSION = 1;
/** Most bytes of all files of the cache: 32 GiB. */
const MOST_BYTES = 2 ** 35;
/** Bytes of the disk that stay free: 1 GiB. */
const SPARE_BYTES = 2 ** 30;
/** Files that were used in the last hour may be in use still. */
const IN_USE_MS = 3_600_000;
const ENDING = '.pixels';
const UNFINISHED = '.part';

/** A folder that keeps decoded pictures. */
export interface PixelCache {
  readonly folder: string;
  /** Most bytes of all its files. */
  readonly most?: number;
}

/** Writes the pixels of a picture to its place. */
export type PlacePicture = (index: number, pixels: Uint8Array) => Promise<void>;

/**
 * Returns the decoded pictures of a dataset in a file of the cache, which is written where it is missing.
 * @param decode decodes all pictures; called only where the file is missing
 * @param name of the dataset, for messages
 * @throws UserError where there is no room for them, or one is damaged; CancelledError
 */
export async function cachedPixels(
  pictures: readonly Picture[],
  form: Form,
  { folder, most = MOST_BYTES }: PixelCache,
  name: string,
  decode: (place: PlacePicture) => Promise<void>,
): Promise<PixelFile> {
  const size = form.height * form.width * channelsOf(form);
  const total = pictures.length * size;
  const file = path.join(folder, `${keyOf(pictures, form)}${ENDING}`);
  const done = new PixelFile(file, pictures.length, size);
  if ((await sizeOf(file)) === total) {
    await touch(file);
    return done;
  }
  const where = `The ${pictures.length} images of ${name} are ${bytesText(total)} at ${form.height}x${form.width}`;
  const help = `make them smaller with "preprocess": {"size": [HEIGHT, WIDTH]} in a NAME.data.json, or use fewer`;
  if (total > most) throw new UserError(`${where}, more than the ${bytesText(most)} that the cache may hold: ${help}.`);
  await mkdir(folder, { recursive: true });
  await makeRoom(folder, most - total);
  const { bavail, bsize } = await statfs(folder);
  if (total + SPARE_BYTES > bavail * bsize)
    throw new UserError(`${where}, for which the disk of ${folder} has no room: free some space, ${help}.`);
  const part = `${file}.${process.pid}${UNFINISHED}`;
  const handle = await open(part, 'w');
  try {
    await decode(async (index, pixels) => {
      await handle.write(pixels, 0, size, index * size);
    });
    await handle.close();
    await rename(part, file);
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error;
  }
  return done;
}

/** Identifies pictures by their names and contents, and their form. */
function keyOf(pictures: readonly Picture[], form: Form): string {
  const hash = createHash('sha256').update(JSON.stringify([VERSION, form]));
  for (const picture of pictures) hash.update(JSON.stringify([picture.name, picture.stamp()]));
  return hash.digest('hex').slice(0, 32);
}

const sizeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  );

/** Marks a file as used now. */
async function touch(file: string): Promise<void> {
  const now = new Date();
  await utimes(file, now, now).catch(() => undefined);
}

/** Removes what killed runs have left, and the files that were not used for longest, until the rest is at most `most` bytes. */
async function makeRoom(folder: string, most: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(ENDING) || name.endsWith(UNFINISHED));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const { size, mtimeMs } = await stat(file).catch(() => ({ size: 0, mtimeMs: 0 }));
      return { file, size, mtimeMs, unfinished: name.endsWith(UNFINISHED) };
    }),
  );
  let left = files.reduce((sum, { size }) => sum + size, 0);
  for (const { file, size, mtimeMs, unfinished } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (Date.now() - mtimeMs < IN_USE_MS) continue;
    if (!unfinished && left <= most) continue;
    await rm(file, { force: true });
    left -= size;
  }
}
