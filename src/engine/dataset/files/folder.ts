import { readdir, realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../protocol/errors';

/** An entry of a folder of a dataset. */
export interface Entry {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
  readonly isFolder: boolean;
}

/** No dataset may have more files than this. */
export const MOST_FILES = 2_000_000;

/**
 * Lists the entries of a folder in order of names, without hidden ones. A link may only lead to another place in the dataset.
 * @param root the folder of the dataset
 * @throws UserError
 */
export async function entriesOf(folder: string, root: string): Promise<Entry[]> {
  const found: Entry[] = [];
  for (const entry of await listed(folder)) {
    if (entry.name.startsWith('.')) continue;
    const at = path.join(folder, entry.name);
    if (!entry.isSymbolicLink()) found.push({ name: entry.name, path: at, isFolder: entry.isDirectory() });
    else {
      await refuseOutside(at, root);
      found.push({ name: entry.name, path: at, isFolder: (await stat(at)).isDirectory() });
    }
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : 1));
}

async function listed(folder: string) {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (cause) {
    throw new UserError(`The dataset folder ${folder} cannot be read: check that it exists and may be read.`, {
      cause,
    });
  }
}

/** @throws UserError where a file or folder lies outside of the dataset, or is not there */
export async function refuseOutside(file: string, root: string): Promise<void> {
  let from: string;
  try {
    from = path.relative(await realpath(root), await realpath(file));
  } catch (cause) {
    throw new UserError(`The dataset file ${file} cannot be read: check that it exists and may be read.`, { cause });
  }
  if (from.startsWith('..') || path.isAbsolute(from))
    throw new UserError(
      `The dataset file ${file} leads out of the folder ${root} of the dataset: copy it there, or name the folder in which it lies.`,
    );
}
