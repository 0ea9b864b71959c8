import { access } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../protocol/errors';
import { FILE_NAMES, PARTS, type Part } from './fashion-mnist';

/** The four files of a dataset by part, absolute. */
export type DatasetFiles = Record<Part, string>;

/** The files of an IDX dataset in a folder, or the name of the first that is missing. */
export async function lookForFiles(folder: string): Promise<DatasetFiles | { missing: string }> {
  const found: Partial<DatasetFiles> = {};
  for (const part of PARTS) {
    const file = await firstThatExists(namesOf(part).map((name) => path.join(folder, name)));
    if (file === undefined) return { missing: FILE_NAMES[part] };
    found[part] = file;
  }
  return found as DatasetFiles;
}

/** As lookForFiles; throws a UserError where one is missing. `what` names the folder in the sentence. */
export async function requireFiles(folder: string, what = `The dataset folder ${folder}`): Promise<DatasetFiles> {
  const files = await lookForFiles(folder);
  if ('missing' in files) {
    const exists = await firstThatExists([folder]);
    throw new UserError(
      exists === undefined
        ? `${what} does not exist: give fashion-mnist, or a folder with the four IDX files.`
        : `${what} lacks ${files.missing} (or ${files.missing}.gz): a dataset is a folder with the four IDX files.`,
    );
  }
  return files;
}

/** With or without `.gz`; some mirrors write a dot before `idx`. */
function namesOf(part: Part): string[] {
  const name = FILE_NAMES[part];
  const dotted = name.replace('-idx', '.idx');
  return [name, `${name}.gz`, dotted, `${dotted}.gz`];
}

async function firstThatExists(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      await access(file);
      return file;
    } catch {
      // The next name.
    }
  }
  return undefined;
}
