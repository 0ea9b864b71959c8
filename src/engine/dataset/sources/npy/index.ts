import path from 'node:path';
import type { Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { namesFromFiles } from '../../class-names';
import { beginningOf, wholeFile } from '../../files/beginning';
import { refuseOutside } from '../../files/folder';
import { fromZero } from '../../from-zero';
import { examplesOf, targetOf } from '../../values';
import type { ArrayExamples, NumericTargets, Part, Place, Source, SourceData } from '../source';
import { namedOf, roleOf } from './names';
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
      else for (const [name, array] of await unpackNpz(bytes, file)) arrays.set(name, array);
    }
    const told = place.isFile ? undefined : await namesFromFiles(place.path, place.names);
    return dataOf(arrays, place.path, told?.names, given?.length);
  },
};

/** Finds the files of arrays, absolute: one .npz, or all .npy files. */
async function filesOf({ path: given, isFile, names }: Place): Promise<string[]> {
  if (isFile) {
    const bytes = await beginningOf(given, 8);
    return isNpy(bytes) || (isZip(bytes) && /\.npz$/i.test(given)) ? [given] : [];
  }
  const archives = names.filter((name) => /\.npz$/i.test(name));
  const arrays = names.filter((name) => /\.npy$/i.test(name));
  const told = arrays.filter((name) => roleOf(name.replace(/\.npy$/i, '')) !== undefined);
  const chosen =
    told.length > 1 || (archives.length !== 1 && arrays.length > 1) ? arrays : archives.length === 1 ? archives : [];
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
  const named = namedArrays(arrays, new Set(byRole.values()), where);
  for (const split of SPLITS) {
    const [x, y] = [byRole.get(`${split} examples`), byRole.get(`${split} targets`)];
    if (x === undefined && y === undefined) continue;
    if (x === undefined || (y === undefined && targets)) {
      if (isSeveral(named.get(split))) continue;
      throw new UserError(
        `The ${split} part in ${where} has ${x === undefined ? 'targets but no examples' : 'examples but no targets'} (only ${x ?? y ?? ''}): call the arrays x_${split} and y_${split}.`,
      );
    }
    const target = y === undefined ? undefined : { name: y, ...arrays.get(y)!() };
    const part = partOf({ name: x, ...arrays.get(x)!() }, target, where);
    const beside = [...(named.get(split) ?? [])].filter(([, { rows }]) => rows === part.count);
    parts[split] = { ...part, named: new Map(beside.map(([name, { array }]) => [name, array])) };
  }
  const namedOnly = Object.keys(parts).length === 0;
  if (namedOnly) for (const [split, its] of named) if (isSeveral(its)) parts[split] = partOfNames(its, where);
  if (Object.keys(parts).length === 0)
    throw new UserError(
      `The arrays in ${where} (${others.join(', ')}) do not tell by their names what they are: call them x_train, y_train, x_test and y_test.`,
    );
  const used = new Set(Object.values(parts).flatMap(({ named }) => [...(named?.keys() ?? [])]));
  const left = others.filter((name) => !used.has(namedOf(name).name));
  const names = namedOnly ? [`The arrays are ${[...used].join(', ')}.`] : [];
  const notes = [...names, ...(left.length > 0 ? [`The arrays ${left.join(', ')} were left out.`] : [])];
  return fromZero({ parts, classNames, notes, namedOnly }, classNames?.length ?? given);
}

/** An array by its name, and the number of its examples. */
interface NamedRows {
  readonly rows: number;
  readonly array: NumericTargets;
}

/**
 * Reads the arrays by their names without the part, for networks with several inputs or outputs.
 * @param told arrays whose names give their roles: they must be read; others are left out where they cannot be
 */
function namedArrays(
  arrays: ReadonlyMap<string, () => NpyArray>,
  told: ReadonlySet<string>,
  where: string,
): Map<Split, Map<string, NamedRows>> {
  const found = new Map<Split, Map<string, NamedRows>>();
  // Arrays with roles alone are examples and targets, and nothing else.
  if ([...arrays.keys()].every((name) => told.has(name))) return found;
  for (const [array, read] of arrays) {
    const { split, name } = namedOf(array);
    const rows = readable(read, told.has(array), `The array ${array} in ${where}`);
    if (!rows) continue;
    const its = found.get(split) ?? new Map<string, NamedRows>();
    its.set(name, rows);
    found.set(split, its);
  }
  return found;
}

function readable(read: () => NpyArray, needed: boolean, where: string): NamedRows | undefined {
  try {
    const { shape, numbers } = read();
    const [rows, ...inner] = shape;
    if (rows === undefined || rows === 0 || inner.includes(0)) return undefined;
    return { rows, array: { values: examplesOf(numbers, inner, where).values, shape: inner } };
  } catch (error) {
    if (error instanceof UserError && !needed) return undefined;
    throw error;
  }
}

/** Returns true for two arrays or more with as many examples each. */
function isSeveral(named: ReadonlyMap<string, NamedRows> | undefined): named is ReadonlyMap<string, NamedRows> {
  return named !== undefined && named.size > 1 && new Set([...named.values()].map(({ rows }) => rows)).size === 1;
}

/** Makes a part of arrays that only their names tell apart. The first one stands for the examples. */
function partOfNames(named: ReadonlyMap<string, NamedRows>, where: string): Part {
  const [[first, { rows, array }]] = [...named] as [[string, NamedRows]];
  return {
    count: rows,
    examples: asImages({ kind: 'array', ...array, shape: array.shape.length === 0 ? [1] : array.shape }),
    target: { kind: 'none' },
    named: new Map([...named].map(([name, one]) => [name, one.array])),
    examplesFrom: `${where} (${first})`,
    labelsFrom: `${where} (${first})`,
  };
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
