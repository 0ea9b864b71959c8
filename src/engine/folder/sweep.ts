import { isLeftover } from '../checkpoint/atomic';
import { sweep as sweepCheckpoint } from '../checkpoint/leftovers';
import { isDeadClaim } from './lock';
import type { OutputFolder } from './output-folder';

const NONE: ReadonlySet<string> = new Set();

/**
 * Removes from a folder whose lock is held what processes that were killed left half-written in it: files under temporary
 * names, shards of checkpoints that were never finished, and attempts at the lock. Nothing else is touched.
 * @param within folders in it to look into
 */
export async function sweep(folder: OutputFolder, within: readonly string[]): Promise<void> {
  for (const place of ['', ...within])
    if ((await folder.names(place)).some(isLeftover)) await sweepCheckpoint(await folder.folder(place), NONE);
  for (const name of await folder.names()) if (await isDeadClaim(folder, name)) await folder.remove(name);
}
