import { lstat, mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { isLeftover, syncFolder, temporaryName, using } from './atomic';
import { errorCode } from './failures';

/**
 * Makes a folder with those above it, all or none; answers with the topmost that had to be made. One after another: Node's
 * own way to make several never ends where the system says that a folder which is there is not, as below /proc.
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

/** A folder that is being filled is there for moments only; one of a process that is gone is removed after so long: ms. */
const STALE_MS = 60_000;

/**
 * `makeFolders`, with what `fill` puts into the folder: both appear at once, under another name first, so that a process that
 * is killed leaves neither. Where the folder is there already, or another process makes it meanwhile, nothing is filled.
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

/** A failure to remove them is none of what is made now. */
async function sweepStages(parent: string): Promise<void> {
  const names = await readdir(parent).catch((): string[] => []);
  for (const name of names.filter(isLeftover)) {
    const status = await lstat(path.join(parent, name)).catch(() => undefined);
    if (status?.isDirectory() && Date.now() - status.mtimeMs > STALE_MS)
      await rm(path.join(parent, name), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Another process may make it at the same time. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Removes the folders from one up to another above it, as long as they are empty; both by the same path. */
export async function removeEmptyFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; isWithin(folder, upTo); folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      // What could not be made is not there; what is in use stays, and all above it.
    }
  }
}

function isWithin(folder: string, outer: string): boolean {
  const way = path.relative(outer, folder);
  return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
}

/** The topmost folder that would have to be made for one to be there; undefined where it is. */
export const topmostMissing = async (folder: string): Promise<string | undefined> =>
  (await missingFrom(path.resolve(folder)))[0];

/** The folders on the way that are not there, from the top. */
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
