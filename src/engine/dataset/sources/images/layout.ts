import path from 'node:path';
import type { Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { entriesOf, MOST_FILES } from '../../files/folder';
import { isPictureName } from '../../pictures/header';
import type { Place } from '../source';

/** The pictures of one class in one part. */
export interface ClassFolder {
  readonly name: string;
  /** Absolute, in order of names. */
  readonly files: readonly string[];
}

/** The arrangement of a folder of pictures. */
export interface Layout {
  readonly parts: ReadonlyMap<Split, readonly ClassFolder[]>;
  /** True where there are only folders of classes. */
  readonly alone: boolean;
  /** All folders in it, absolute: their times change with their content. */
  readonly folders: readonly string[];
  /** Files that are no pictures, relative to the dataset. */
  readonly others: readonly string[];
}

/** Folder names of splits. */
const SPLITS: readonly (readonly [Split, RegExp])[] = [
  ['train', /^train(ing)?$/i],
  ['validation', /^(val|valid|validation)$/i],
  ['test', /^test(ing)?$/i],
];
/** Limit of the depth of folders within a class folder. */
const MOST_DEPTH = 8;

/** Findings on the way through folders. */
interface Found {
  readonly folders: string[];
  readonly others: string[];
  files: number;
}

/** Finds the arrangement of a folder; undefined where it has no folders of pictures. @throws UserError */
export async function layoutOf({ path: root, isFile }: Place): Promise<Layout | undefined> {
  if (isFile) return undefined;
  const found: Found = { folders: [], others: [], files: 0 };
  const folders = (await entriesOf(root, root)).filter(({ isFolder }) => isFolder);
  const splits = folders.flatMap((folder) =>
    SPLITS.filter(([, names]) => names.test(folder.name)).map(([split]) => ({ split, folder })),
  );
  const parts = new Map<Split, ClassFolder[]>();
  if (splits.length === 0) parts.set('train', await classFolders(root, root, found));
  for (const { split, folder } of splits) {
    if (parts.has(split))
      throw new UserError(
        `The dataset folder ${root} has more than one folder of the ${split} part: put them together.`,
      );
    found.folders.push(folder.path);
    parts.set(split, await classFolders(folder.path, root, found));
  }
  for (const [split, classes] of parts) if (classes.every(({ files }) => files.length === 0)) parts.delete(split);
  if (parts.size === 0) return undefined;
  return { parts, alone: splits.length === 0, folders: found.folders, others: found.others };
}

async function classFolders(folder: string, root: string, found: Found): Promise<ClassFolder[]> {
  const classes: ClassFolder[] = [];
  for (const entry of await entriesOf(folder, root)) {
    if (!entry.isFolder) continue;
    const files: string[] = [];
    await collect(entry.path, root, found, files, 0);
    classes.push({ name: entry.name, files });
  }
  return classes;
}

async function collect(folder: string, root: string, found: Found, files: string[], depth: number): Promise<void> {
  if (depth > MOST_DEPTH)
    throw new UserError(`The dataset folder ${folder} lies too deep: put the pictures into the folders of classes.`);
  found.folders.push(folder);
  for (const entry of await entriesOf(folder, root)) {
    if (entry.isFolder) await collect(entry.path, root, found, files, depth + 1);
    else if (isPictureName(entry.name)) files.push(entry.path);
    else found.others.push(path.relative(root, entry.path));
    if (++found.files > MOST_FILES)
      throw new UserError(`The dataset folder ${root} has more than ${MOST_FILES} files: use fewer.`);
  }
}
