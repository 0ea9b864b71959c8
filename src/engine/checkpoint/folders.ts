import { lstat, mkdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
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

/** Another process may make it at the same time. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Removes the folders from one up to another above it, as long as they are empty. */
export async function removeEmptyFolders(from: string, upTo: string): Promise<void> {
  for (let folder = from; folder.length >= upTo.length; folder = path.dirname(folder)) {
    try {
      await rmdir(folder);
    } catch {
      // What could not be made is not there; what is in use stays, and all above it.
    }
  }
}

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
