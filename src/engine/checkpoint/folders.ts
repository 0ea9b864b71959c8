import { lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isLeftover, syncFolder, temporaryName, using } from './atomic';
import { errorCode } from './failures';

/**
 * Makes a folder and its parents, all or none. Returns the topmost folder that was made. Folders are made one by one,
 * because the recursive form of Node never ends where the system denies that an existing folder exists, as below /proc.
 */
export async function makeFolders(folder: string): Promise<string | undefined> {
  const missing = await missingFrom(path.resolve(folder));
  const [topmost] = missing;
  try {
    for (const place of missing) await makeFolder(place);
    if (!(await stat(folder)).isDirectory()) throw Object.assign(new Error('not a folder'), { code: 'ENOTDIR' });
  } catch (error) {
    if (topmost !== undefined) await removeEmptyFolders(path.resolve(folder), topmost);
    throw error;
  }
  return topmost;
}

/** A folder exists only for moments while it is filled. One of a dead process is removed after this time, in ms. */
const STALE_MS = 60_000;

/**
 * Makes a folder as `makeFolders` does, filled by `fill` under a temporary name first, so that a killed process leaves
 * either both or neither. Nothing is filled where the folder exists, or another process makes it meanwhile.
 */
export async function makeFilled(
  folder: string,
  fill: (staged: string) => Promise<unknown>,
): Promise<string | undefined> {
  const [topmost] = await missingFrom(path.resolve(folder));
  if (topmost === undefined) return makeFolders(folder);
  const parent = path.dirname(topmost);
  await sweepStages(parent);
  const own = temporaryName('tmp');
  const stage = path.join(parent, own);
  return using(own, async () => {
    try {
      const staged = path.join(stage, path.relative(topmost, path.resolve(folder)));
      await mkdir(stage);
      await makeFolders(staged);
      await fill(staged);
      await rename(stage, topmost);
      await syncFolder(parent);
      return topmost;
    } catch (error) {
      await rm(stage, { recursive: true, force: true }).catch(() => undefined);
      if (!ALREADY_THERE.has(errorCode(error) ?? '') || (await missingFrom(topmost)).length > 0) throw error;
      return makeFolders(folder);
    }
  });
}

const ALREADY_THERE: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EPERM']);

/** Ignores a failure to remove them: it is no failure of the write. */
async function sweepStages(parent: string): Promise<void> {
  const names = await readdir(parent).catch((): string[] => []);
  for (const name of names.filter(isLeftover)) {
    const status = await lstat(path.join(parent, name)).catch(() => undefined);
    if (status?.isDirectory() && Date.now() - status.mtimeMs > STALE_MS)
      await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Another process may make the folder at the same time. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Removes empty folders from one up to another above it; both are given by the same path. */
export async function removeEmptyFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; isWithin(folder, upTo); folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      // A folder that could not be made is not there; one in use stays, with all above it.
    }
  }
}

function isWithin(folder: string, outer: string): boolean {
  const way = path.relative(outer, folder);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** Returns the topmost missing folder on the way to a folder; undefined where the folder exists. */
export const topmostMissing = async (folder: string): Promise<string | undefined> =>
  (await missingFrom(path.resolve(folder)))[0];

/** Lists the missing folders on the way, from the top. */
async function missingFrom(folder: string): Promise<string[]> {
  const missing: string[] = [];
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      await lstat(place);
      return missing;
    } catch {
      missing.unshift(place);
    }
    if (place === path.dirname(place)) return missing;
  }
}
