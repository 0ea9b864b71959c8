import path from 'node:path';
import { UserError } from '../../../../protocol/errors';
import { namesFromFiles } from '../../class-names';
import type { Place } from '../source';

/** The folders of classes in the order of the numbers of the classes, and what the classes are called. */
export interface ClassOrder {
  readonly folders: readonly string[];
  readonly names: readonly string[];
  /** True where nobody gave the order. */
  readonly sorted: boolean;
}

/**
 * The order of classes that are folders: that of a list of names which has them all, else that of the names of the folders,
 * as Keras has it. As many names of which none is that of a folder are other names for the folders in that order.
 * @param folders in order of their names
 * @param given by the descriptor
 * @throws UserError where a list has some of them only
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
  if (known.length === folders.length) return { folders: names, names, sorted: false };
  if (known.length === 0 && names.length === folders.length) return { folders, names, sorted: false };
  const missing = folders.filter((folder) => !names.includes(folder));
  throw new UserError(
    `The dataset folder ${path.basename(root)} has classes that ${from} does not name (${missing.join(', ')}; it names ${names.join(', ')}): name each folder, in the order of the outputs of the model.`,
  );
}
