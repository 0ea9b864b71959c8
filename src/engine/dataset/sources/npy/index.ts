import path from 'node:path';
import type { Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { namesFromFiles } from '../../class-names';
import { beginningOf, wholeFile } from '../../files/beginning';
import { refuseOutside } from '../../files/folder';
import { fromZero } from '../../from-zero';
import { examplesOf, targetOf } from '../../values';
import type { ArrayExamples, Part, Place, Source, SourceData } from '../source';
import { roleOf } from './names';
import { isNpy, readNpy, type NpyArray } from './read';
import { isZip, unpackNpz } from './npz';

/** Limit of the bytes of a file of arrays: 1 GiB. */
const MOST_BYTES = 2 ** 30;

/** Arrays of NumPy: an .npz file, or a folder with one, or with .npy files. */
export const npy: Source = {
  format: 'npy',
  recognize: async (place) => {
    const files = await filesOf(place);
    return files.length > 0 ? `arrays of NumPy (${files.map((file) => path.basename(file)).join(', ')})` : undefined;
  },
  stamped: (place) => filesOf(place),
  open: async (place, { classNames: given }) => {
    const arrays = new Map<string, () => NpyArray>();
    for (const file of await filesOf(place)) {
      const bytes = await wholeFile(file, MOST_BYTES);
      if (isNpy(bytes)) arrays.set(path.parse(file).name, () => readNpy(bytes, file));
      else for (const [name, array] of unpackNpz(bytes, file)) arrays.set(name, array);
    }
    const told = place.isFile ? undefined : await namesFromFiles(place.path, place.names);
    return dataOf(arrays, place.path, told?.names, given?.length);
  },
};

/** Finds the files of arrays, absolute: one .npz, or all .npy files whose names give their roles. */
async function filesOf({ path: given, isFile, names }: Place): Promise<string[]> {
  if (isFile) {
    const bytes = await beginningOf(given, 8);
    return isNpy(bytes) || (isZip(bytes) && /\.npz$/i.test(given)) ? [given] : [];
  }
  const archives = names.filter((name) => /\.npz$/i.test(name));
  const arrays = names.filter((name) => /\.npy$/i.test(name) && roleOf(name.replace(/\.npy$/i, '')) !== undefined);
  const chosen = arrays.length > 1 ? arrays : archives.length === 1 ? archives : [];
  const files = chosen.map((name) => path.join(given, name));
  for (const file of files) await refuseOutside(file, given);
  return files;
}

function dataOf(
  arrays: ReadonlyMap<string, () => NpyArray>,
  where: string,
  classNames: readonly string[] | undefined,
  given: number | undefined,
): SourceData {
  const byRole = new Map<string, string>();
  const others: string[] = [];
  for (const name of arrays.keys()) {
    const role = roleOf(name);
    if (!role) others.push(name);
    else {
      const key = `${role.split} ${role.role}`;
      const before = byRole.get(key);
      if (before !== undefined)
        throw new UserError(
          `The arrays ${before} and ${name} in ${where} are both ${role.role} of the ${role.split} part: leave one out.`,
        );
      byRole.set(key, name);
    }
  }
  const parts: Partial<Record<Split, Part>> = {};
  // Networks that reproduce their input need no targets.
  const targets = SPLITS.some((split) => byRole.has(`${split} targets`));
  for (const split of SPLITS) {
    const [x, y] = [byRole.get(`${split} examples`), byRole.get(`${split} targets`)];
    if (x === undefined && y === undefined) continue;
    if (x === undefined || (y === undefined && targets))
      throw new UserError(
        `The ${split} part in ${where} has ${x === undefined ? 'targets but no examples' : 'examples but no targets'} (only ${x ?? y ?? ''}): call the arrays x_${split} and y_${split}.`,
      );
    parts[split] = partOf(
      { name: x, ...arrays.get(x)!() },
      y === undefined ? undefined : { name: y, ...arrays.get(y)!() },
      where,
    );
  }
  if (Object.keys(parts).length === 0)
    throw new UserError(
      `The arrays in ${where} (${others.join(', ')}) do not tell by their names what they are: call them x_train, y_train, x_test and y_test.`,
    );
  const notes = others.length > 0 ? [`The arrays ${others.join(', ')} were left out.`] : [];
  return fromZero({ parts, classNames, notes }, classNames?.length ?? given);
}

const SPLITS: readonly Split[] = ['train', 'validation', 'test'];

type Named = NpyArray & { readonly name: string };

function partOf(x: Named, y: Named | undefined, where: string): Part {
  const [count, ...inner] = x.shape;
  if (count === undefined || count === 0 || inner.includes(0))
    throw new UserError(`The array ${x.name} in ${where} has no examples: leave it out.`);
  if (y && y.shape[0] !== count)
    throw new UserError(
      `The array ${x.name} in ${where} has ${count} examples but ${y.name} ${y.shape[0] ?? 0} targets: they must agree.`,
    );
  const name = (one: Named): string => `The array ${one.name} in ${where}`;
  return {
    count,
    examples: asImages(examplesOf(x.numbers, inner.length === 0 ? [1] : inner, name(x))),
    target: y ? targetOf(y.numbers, y.shape.slice(1), name(y)) : { kind: 'none' },
    examplesFrom: `${where} (${x.name})`,
    labelsFrom: `${where} (${(y ?? x).name})`,
  };
}

/** Adds the channel axis to pixels without one. */
const asImages = (examples: ArrayExamples): ArrayExamples =>
  examples.values instanceof Uint8Array && examples.shape.length === 2
    ? { ...examples, shape: [...examples.shape, 1] }
    : examples;
