import { removeEmptyFolders, topmostMissing } from '../../checkpoint/folders';
import { lockFolder } from '../../folder/lock';
import { OutputFolder } from '../../folder/output-folder';
import { clearLeftovers } from './contents';

/**
 * Removes what a killed run left in its folder, unless there is something to resume; for the process that ended it.
 * @param made the topmost folder that the run made; default: its own
 * @throws UserError where another run works there
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
