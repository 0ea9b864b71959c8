import { removeEmptyFolders, topmostMissing } from '../../checkpoint/folders';
import { lockFolder } from '../../folder/lock';
import { OutputFolder } from '../../folder/output-folder';
import { clearLeftovers } from './contents';

/**
 * Clears what a run that was killed left in its folder, unless it got as far as something to resume; for whoever ended its
 * process.
 * @param made the topmost folder that the run had to make; by default its own
 * @throws UserError where another run is at work there
 */
export async function discardUnfinished(out: string, made?: string): Promise<void> {
  const folder = await OutputFolder.locate(out);
  if ((await topmostMissing(out)) !== undefined) return;
  const lock = await lockFolder(folder);
  try {
    await clearLeftovers(folder, false);
  } finally {
    await lock.release();
  }
  await removeEmptyFolders(folder.real, made === undefined ? folder.real : (await OutputFolder.locate(made)).real);
}
