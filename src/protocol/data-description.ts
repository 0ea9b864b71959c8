import * as z from 'zod';
import { t, translated } from './l10n';
import { DataFormat, DataTask, Preprocess, Split } from './dataset';
import { plural } from './format';
import { TASK_WORDS } from './task';
import { Normalization, normalizationName } from './normalization';

/** A column of a table. */
export const DataColumn = z.object({
  /** Its name, or its number from 1 where the file names none. */
  name: z.string(),
  kind: z.enum(['numbers', 'texts', 'files']),
  /** `image`: a picture or its path; `unused`: it does not enter the network. */
  role: z.enum(['target', 'image', 'feature', 'split', 'unused']),
  /** The place of a feature or target among those of an example, from 0. */
  place: z.number().optional(),
});
export type DataColumn = z.infer<typeof DataColumn>;

/** The recognized properties of data, and its preprocessing: the answer to `describeData`. */
export const DataDescription = z.object({
  /** The folder or file, absolute. */
  source: z.string(),
  name: z.string(),
  format: DataFormat,
  task: DataTask,
  splits: z.array(
    z.object({
      name: Split,
      examples: z.number(),
      /** True where it was held out of the training part. */
      heldOut: z.boolean(),
    }),
  ),
  classes: z.array(z.string()),
  /** Shape of one example; null where images differ. */
  shape: z.array(z.number().nullable()),
  /** The given preprocessing; the model decides the rest. */
  preprocess: Preprocess.extend({ normalization: Normalization.optional() }),
  /** The columns of a table in their order; absent for other data. */
  columns: z.array(DataColumn).optional(),
  /** Whether the first row of a table in a text file names the columns. */
  header: z.boolean().optional(),
  /** Arrays that a model tells apart by their names, each with its shape for one example; absent where there are none. */
  arrays: z.array(z.object({ name: z.string(), shape: z.array(z.number()) })).optional(),
  /** The evidence, one sentence each. */
  evidence: z.array(z.string()),
});
export type DataDescription = z.infer<typeof DataDescription>;

/** The task in words. */
export function taskWords({ task, classes }: Pick<DataDescription, 'task' | 'classes'>): string {
  if (task === 'values') return t('targets are numbers, no classes');
  if (task === 'named') return t('the arrays have the names of the inputs and outputs of a model');
  if (task === 'none') return t('no targets, as for networks that reproduce their input');
  const words = translated(TASK_WORDS[task]);
  return classes.length > 0 ? `${words}${t(', ')}${plural(classes.length, 'class', 'classes')}` : words;
}

/** The shape of one example in words; `?` where images differ in it. */
export const exampleShape = ({ shape }: Pick<DataDescription, 'shape'>): string =>
  shape.map((size) => size ?? '?').join('x');

/** The names of the columns of a role: features and targets in the order in which they are numbers of an example. */
export const columnsOfRole = (columns: readonly DataColumn[], role: DataColumn['role']): string[] =>
  columns
    .filter((column) => column.role === role)
    .sort((a, b) => (a.place ?? 0) - (b.place ?? 0))
    .map(({ name }) => name);

/** So many columns of a role are listed by name. */
const LISTED_COLUMNS = 20;
const ROLES: readonly (readonly [DataColumn['role'], string])[] = [
  ['target', 'target'],
  ['image', 'image'],
  ['feature', 'features'],
  ['split', 'split'],
  ['unused', 'unused'],
];

/** The columns of a table in words, a pair for each role that some have: `['features', 'sepal length, petal length']`. */
export function columnsWords({ columns = [] }: Pick<DataDescription, 'columns'>): [role: string, columns: string][] {
  return ROLES.flatMap(([role, word]): [string, string][] => {
    const names = columnsOfRole(columns, role);
    if (names.length === 0) return [];
    const listed = names.slice(0, LISTED_COLUMNS).join(', ');
    const left = names.length - LISTED_COLUMNS;
    return [[word, left > 0 ? t('{0} and {1} more', listed, left) : listed]];
  });
}

/** Describes the preprocessing in words. */
export function preprocessWords({ preprocess }: Pick<DataDescription, 'preprocess'>): string {
  const { normalization, size, ...rest } = preprocess;
  const said = [
    ...(size ? [t('size {0}', size.join('x'))] : []),
    ...Object.entries(rest).map(([key, value]) => `${key} ${value}`),
    ...(normalization ? [t('normalization {0}', normalizationName(normalization))] : []),
  ];
  return said.length > 0 ? said.join(t(', ')) : t('as the model takes it');
}
