import { writeFailure } from '../checkpoint/failures';
import { removeEmptyFolders } from '../checkpoint/folders';
import { lockFolder } from './lock';
import { OutputFolder } from './output-folder';
import { sweep } from './sweep';

/**
 * Makes a folder where it is missing, and lets `work` use it alone, without leftovers of writes that failed. A folder that
 * stays empty is removed again.
 * @throws UserError where it is in use or cannot be written, and what `work` throws
 */
export async function inLockedFolder<Result>(
  out: string,
  work: (folder: OutputFolder) => Promise<Result>,
): Promise<Result> {
  const folder = await OutputFolder.locate(out);
  const made = await folder.make();
  try {
    const lock = await lockFolder(folder);
    try {
      await sweep(folder, []);
      return await work(folder);
    } finally {
      await lock.release();
    }
  } catch (error) {
    throw writeFailure(folder.given, error);
  } finally {
    if (made !== undefined) await removeEmptyFolders(folder.real, made);
  }
}
