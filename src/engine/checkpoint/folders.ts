import { lstat, mkdir, rmdir } from 'node:fs/promises';
import path from 'node:path';

/** Makes a folder with those above it, all or none; answers with the topmost that had to be made. */
export async function makeFolders(folder: string): Promise<string | undefined> {
  const topmost = await topmostMissing(folder);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    if (topmost !== undefined) await removeEmptyFolders(folder, topmost);
    throw error;
  }
  return topmost;
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

async function topmostMissing(folder: string): Promise<string | undefined> {
  let missing: string | undefined;
  for (let place = folder; ; place = path.dirname(place)) {
    try {
      await lstat(place);
      return missing;
    } catch {
      missing = place;
    }
    if (place === path.dirname(place)) return missing;
  }
}
