import { readdir } from 'node:fs/promises';
import path from 'node:path';

/** Every run writes this file from its start. */
export const TELLING_FILE = 'journal.jsonl';

/** The most folders that a search looks into, and how deep. */
const MOST_FOLDERS = 20_000;
const MOST_DEPTH = 12;

/** Folders that hold no runs and many files. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git']);

/** Finds the folders of runs below a folder, nearest first. Links are not followed, and what cannot be read is left out. */
export async function findRuns(folder: string, most: number): Promise<{ folders: string[]; complete: boolean }> {
  const folders: string[] = [];
  const waiting = [{ place: folder, depth: 0 }];
  for (let seen = 0; waiting.length > 0; seen++) {
    if (seen >= MOST_FOLDERS || folders.length >= most) return { folders, complete: false };
    const { place, depth } = waiting.shift()!;
    const entries = await readdir(place, { withFileTypes: true }).catch(() => []);
    if (entries.some((entry) => entry.isFile() && entry.name === TELLING_FILE)) folders.push(place);
    if (depth >= MOST_DEPTH) continue;
    for (const entry of entries.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true })))
      if (entry.isDirectory() && !SKIPPED.has(entry.name)) waiting.push({ place: path.join(place, entry.name), depth: depth + 1 }); // prettier-ignore
  }
  return { folders, complete: true };
}
