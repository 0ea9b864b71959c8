import { isLeftover } from '../checkpoint/atomic';
import { sweep as sweepCheckpoint } from '../checkpoint/leftovers';
import { isDeadClaim } from './lock';
import type { OutputFolder } from './output-folder';

const NONE: ReadonlySet<string> = new Set();

/**
 * Removes the half-written files of killed processes from a locked folder: temporary files, shards of unfinished
 * checkpoints, and claims on the lock. Nothing else is touched.
 * @param within folders in it to look into
 */
export async function sweep(folder: OutputFolder, within: readonly string[]): Promise<void> {
  for (const place of ['', ...within])
    if ((await folder.names(place)).some(isLeftover)) await sweepCheckpoint(await folder.folder(place), NONE);
  for (const name of await folder.names()) if (await isDeadClaim(folder, name)) await folder.remove(name);
}
