import type { DataColumn } from '../../../../protocol/data-description';
import type { Columns } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { isPictureName } from '../../pictures/header';
import { splitOfWord } from '../../split-names';
import { PICTURE_NAMES, TARGET_NAMES } from './sniff';
import type { Column, Table } from './table';

/** The roles of a table's columns, by index. */
export interface Roles {
  readonly target: number;
  /** All columns of targets, where there are several. */
  readonly targets?: readonly number[] | undefined;
  /** The column of pictures; undefined where the features are the examples. */
  readonly picture?: number | undefined;
  readonly features: readonly number[];
  /** The column that names the part of a row. */
  readonly split?: number | undefined;
  /** The evidence for the target, in a few words. */
  readonly evidence: string;
}

/** Columns that only count the rows. */
const COUNTERS = new Set(['', 'id', 'index', 'unnamed: 0']);

/**
 * Finds the role of each column: as it was set, by its name, or by its content. @throws UserError where the target is
 * unclear
 */
export function rolesOf(table: Table, said: Columns = {}): Roles {
  const { columns } = table;
  const picture = said.image === undefined ? pictureColumn(table) : placeOf(table, said.image, 'image');
  const split = said.split === undefined ? splitColumn(table) : placeOf(table, said.split, 'split');
  const targets = said.targets?.map((name) => placeOf(table, name, 'targets'));
  const [target, evidence] = targets
    ? ([targets[0]!, 'as said'] as const)
    : targetColumn(table, said, [picture, split]);
  const left = columns.flatMap((column, c) =>
    c === target ||
    targets?.includes(c) === true ||
    c === picture ||
    c === split ||
    (table.named && COUNTERS.has(column.name.toLowerCase()))
      ? []
      : [c],
  );
  const features = said.features?.map((name) => placeOf(table, name, 'features')) ?? left;
  if (picture === undefined && features.length === 0)
    throw new UserError(`The table ${table.from} has no columns of examples beside ${columns[target]!.name}.`, {
      at: ['columns', 'features'],
    });
  return { target, ...(targets ? { targets } : {}), picture, features, split, evidence };
}

/** Lists the columns with their roles. */
export function columnsOf({ columns }: Table, { target, targets, picture, features, split }: Roles): DataColumn[] {
  // The features of a table of pictures are not read.
  const enters = new Set(picture === undefined ? features : []);
  const roleOf = (c: number): DataColumn['role'] => {
    if (c === target || targets?.includes(c) === true) return 'target';
    if (c === picture) return 'image';
    if (c === split) return 'split';
    return enters.has(c) ? 'feature' : 'unused';
  };
  const placeOf = (c: number): Pick<DataColumn, 'place'> => {
    const list = roleOf(c) === 'feature' ? features : roleOf(c) === 'target' ? targets : undefined;
    return list === undefined ? {} : { place: list.indexOf(c) };
  };
  return columns.map(({ name, kind }, c) => ({ name, kind, role: roleOf(c), ...placeOf(c) }));
}

/** Finds the index of a column by its name, or its number from 1. @throws UserError where there is none */
function placeOf({ columns, from }: Table, said: string | number, role: keyof Columns): number {
  const place = typeof said === 'number' ? said - 1 : columns.findIndex(({ name }) => name === said);
  if (columns[place]) return place;
  throw new UserError(
    `The table ${from} has no column ${said}; it has ${shortList(columns.map(({ name }) => name))}: correct "columns".`,
    { at: ['columns', role] },
  );
}

const shortList = (names: readonly string[]): string =>
  names.length > 12 ? `${names.slice(0, 10).join(', ')} and ${names.length - 10} more` : names.join(', ');

const isPictures = (column: Column): boolean =>
  column.kind === 'files' || (column.kind === 'texts' && column.values.slice(0, 20).every(isPictureName));

function pictureColumn({ columns }: Table): number | undefined {
  const all = columns.flatMap((column, c) => (isPictures(column) ? [c] : []));
  const usual = all.find((c) => PICTURE_NAMES.includes(columns[c]!.name.toLowerCase()));
  return usual ?? all[0];
}

function splitColumn({ columns, named }: Table): number | undefined {
  if (!named) return undefined;
  const place = columns.findIndex(
    (column) =>
      column.kind === 'texts' &&
      /^(split|subset|set|partition|data set)$/i.test(column.name) &&
      column.values.every((value) => splitOfWord(value) !== undefined),
  );
  return place < 0 ? undefined : place;
}

function targetColumn(table: Table, { target }: Columns, others: readonly (number | undefined)[]): [number, string] {
  if (target !== undefined) return [placeOf(table, target, 'target'), 'as said'];
  const { columns, named } = table;
  const left = columns.flatMap((_, c) => (others.includes(c) ? [] : [c]));
  const usual = named && TARGET_NAMES.map((name) => left.find((c) => columns[c]!.name.toLowerCase() === name)).find((c) => c !== undefined); // prettier-ignore
  if (typeof usual === 'number') return [usual, 'by its name'];
  if (left.length === 1) return [left[0]!, 'the only one that is left'];
  const texts = left.filter((c) => columns[c]!.kind === 'texts');
  if (texts.length === 1) return [texts[0]!, 'the only one with names'];
  const pixels = left.length > 64 && left.slice(1).every((c) => isBytes(columns[c]!));
  if (pixels && isBytes(columns[left[0]!]!)) return [left[0]!, 'the one before pixels'];
  throw new UserError(
    `Nothing tells which column of the table ${table.from} holds the classes; it has ${shortList(columns.map(({ name }) => name))}: say it as "columns": {"target": ...}, by its name or its number from 1, in a NAME.data.json.`,
    { at: ['columns', 'target'] },
  );
}

const isBytes = (column: Column): boolean => column.kind === 'numbers' && column.values instanceof Uint8Array;
