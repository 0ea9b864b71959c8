import path from 'node:path';
import { UserError } from '../../../../protocol/errors';
import { namesFromFiles, refuseTwice } from '../../class-names';
import type { Place } from '../source';

/** The class folders in the order of the class numbers, and the class names. */
export interface ClassOrder {
  readonly folders: readonly string[];
  readonly names: readonly string[];
  /** True where no order was given. */
  readonly sorted: boolean;
}

/**
 * Orders the classes of folders: by a list of names that has all of them, else by folder name, as Keras does. A list of
 * as many names that match no folder renames the folders in that order.
 * @param folders in order of their names
 * @param given by the descriptor
 * @throws UserError where a list has only some of them
 */
export async function classOrder(
  { path: root, names: files }: Place,
  folders: readonly string[],
  given: readonly string[] | undefined,
): Promise<ClassOrder> {
  const told = given ? { names: given, from: '"classNames"' } : await namesFromFiles(root, files);
  if (!told) return { folders, names: folders, sorted: true };
  const { names, from } = told;
  const known = folders.filter((folder) => names.includes(folder));
  if (known.length === folders.length) {
    refuseTwice(names, `The list of classes, ${from},`);
    return { folders: names, names, sorted: false };
  }
  if (known.length === 0 && names.length === folders.length) return { folders, names, sorted: false };
  const missing = folders.filter((folder) => !names.includes(folder));
  throw new UserError(
    `The dataset folder ${path.basename(root)} has classes that ${from} does not name (${missing.join(', ')}; it names ${names.join(', ')}): name each folder, in the order of the outputs of the model.`,
    { at: ['classNames'] },
  );
}
