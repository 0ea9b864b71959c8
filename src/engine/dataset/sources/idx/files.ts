import { access } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../../../protocol/errors';
import { FILE_NAMES, PARTS, type Part } from '../../fashion-mnist';

/** Names of files in the searched folder, by part. */
export type IdxFiles = Readonly<Partial<Record<Part, string>>>;

/** Finds the files of an IDX dataset among these names, with or without `.gz`. Some mirrors write a dot before `idx`. */
export function idxFilesAmong(names: readonly string[]): IdxFiles {
  const found: Partial<Record<Part, string>> = {};
  for (const part of PARTS) {
    const name = possibleNames(part).find((candidate) => names.includes(candidate));
    if (name !== undefined) found[part] = name;
  }
  return found;
}

/** Returns true for a folder with all four files of an IDX dataset. */
export async function hasAllFiles(folder: string): Promise<boolean> {
  const found = PARTS.map((part) => firstThatExists(possibleNames(part).map((name) => path.join(folder, name))));
  return (await Promise.all(found)).every((file) => file !== undefined);
}

/**
 * Finds the pair of files of a part, absolute; undefined where both are missing.
 * @throws UserError where only one of them exists
 */
export function pairOf(
  folder: string,
  files: IdxFiles,
  part: 'train' | 'test',
): { readonly images: string; readonly labels: string } | undefined {
  const [images, labels] = [files[`${part}Images`], files[`${part}Labels`]];
  if (images === undefined && labels === undefined) return undefined;
  if (images !== undefined && labels !== undefined)
    return { images: path.join(folder, images), labels: path.join(folder, labels) };
  const missing = FILE_NAMES[`${part}${images === undefined ? 'Images' : 'Labels'}`];
  throw new UserError(
    `The dataset folder ${folder} lacks ${missing} (or ${missing}.gz): images and labels of IDX data lie side by side.`,
  );
}

function possibleNames(part: Part): string[] {
  const name = FILE_NAMES[part];
  const dotted = name.replace('-idx', '.idx');
  const wide = part.endsWith('Images') ? ['idx2', 'idx4'].map((rank) => name.replace('idx3', rank)) : [];
  return [name, dotted, ...wide].flatMap((one) => [one, `${one}.gz`]);
}

async function firstThatExists(files: readonly string[]): Promise<string | undefined> {
  for (const file of files) {
    try {
      await access(file);
      return file;
    } catch {
      // Try the next name.
    }
  }
  return undefined;
}
