import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Columns, Split } from '../../../../protocol/dataset';
import { UserError } from '../../../../protocol/errors';
import { refuseTwice } from '../../class-names';
import { refuseOutside } from '../../files/folder';
import { pictureFiles } from '../../pictures/file';
import { readPictureHeader } from '../../pictures/header';
import type { Picture } from '../../pictures/picture';
import { splitOfWord } from '../../split-names';
import { fromZero } from '../../from-zero';
import { targetOf } from '../../values';
import type { Part, SourceData, StoredExamples, Target } from '../source';
import { featuresOf, refuseMissing, rowsOf, textsOf, type Feature } from './features';
import { columnsOf, rolesOf, type Roles } from './roles';
import type { Column, Table } from './table';

/** Properties of tables beside their rows. */
export interface TableOptions {
  readonly columns?: Columns | undefined;
  /** Class names in the order of the class numbers, where they do not come from the rows. */
  readonly classNames?: readonly string[] | undefined;
  /** The folder of the pictures that rows name. */
  readonly root: string;
}

/** Makes a dataset of the tables of its parts, which have the same columns. @throws UserError */
export async function dataOfTables(
  given: ReadonlyMap<Split, Table>,
  { columns, classNames, root }: TableOptions,
): Promise<SourceData> {
  const [first] = given.values();
  if (!first) throw new Error('a table was opened without a part');
  const roles = rolesOf(first, columns);
  requireAlike([...given.values()]);
  const tables = roles.split === undefined ? given : byColumn(first, roles.split, given.size);
  const all = [...tables.values()];
  const features = roles.picture === undefined ? featuresOf(all, roles.features) : [];
  const named = all.some((table) => table.columns[roles.target]!.kind === 'texts');
  const targets = roles.targets ?? [roles.target];
  const names = named && targets.length === 1 ? namesIn(all, roles.target, classNames) : undefined;
  const parts: Partial<Record<Split, Part>> = {};
  for (const [split, table] of tables) {
    for (const column of targets) refuseMissing(table, column);
    parts[split] = {
      count: table.rows,
      examples: await examplesIn(table, roles, features, root),
      target: names ? byName(table, roles.target, names) : numbersIn(table, targets),
      examplesFrom: table.from,
      labelsFrom: table.from,
    };
  }
  const columnNames = targets.map((c) => first.columns[c]!.name).join(', ');
  const notes = [
    targets.length > 1
      ? `The targets are in the columns ${columnNames} (${roles.evidence}).`
      : `The targets are in the column ${columnNames} (${roles.evidence}).`,
    ...categoryNotes(first, features),
  ];
  const described = { columns: columnsOf(first, roles), notes };
  if (names) return { parts, classNames: names, sortedClasses: names !== classNames, ...described };
  return fromZero({ parts, classNames, ...described }, classNames?.length);
}

/** @throws UserError where tables differ in their columns */
function requireAlike([first, ...others]: readonly Table[]): void {
  const other = others.find(
    ({ columns }) =>
      columns.length !== first!.columns.length || columns.some(({ name }, c) => name !== first!.columns[c]!.name),
  );
  if (other)
    throw new UserError(`The tables ${first!.from} and ${other.from} differ in their columns: they must agree.`);
}

/** Splits a table by a column of parts. */
function byColumn(table: Table, split: number, tables: number): Map<Split, Table> {
  if (tables > 1) throw new UserError(`The table ${table.from} says its parts in a column, but lies beside others.`);
  const rows = new Map<Split, number[]>();
  textsOf(table.columns[split]!, table.from).forEach((word, row) => {
    const part = splitOfWord(word);
    if (part) rows.set(part, [...(rows.get(part) ?? []), row]);
  });
  return new Map([...rows].map(([part, its]) => [part, { ...table, rows: its.length, columns: table.columns.map((column) => pick(column, its)) }])); // prettier-ignore
}

function pick(column: Column, rows: readonly number[]): Column {
  switch (column.kind) {
    case 'numbers': {
      const values = Float64Array.from(rows, (row) => column.values[row]!);
      const bytes = column.values instanceof Uint8Array;
      return { ...column, values: bytes ? Uint8Array.from(values) : values, missing: values.findIndex(Number.isNaN) };
    }
    case 'texts':
      return { ...column, values: rows.map((row) => column.values[row]!) };
    case 'files':
      return { ...column, values: rows.map((row) => column.values[row]!) };
  }
}

async function examplesIn(
  table: Table,
  { picture }: Roles,
  features: readonly Feature[],
  root: string,
): Promise<StoredExamples> {
  if (picture === undefined) return rowsOf(table, features);
  refuseMissing(table, picture);
  const column = table.columns[picture]!;
  if (column.kind === 'files') return { kind: 'pictures', pictures: column.values.map(pictureIn(table)) };
  const files = textsOf(column, table.from).map((name) => path.resolve(root, name));
  await refuseOutsideAll(files, root);
  return { kind: 'pictures', pictures: await pictureFiles(files, root) };
}

const pictureIn = ({ from }: Table) => (bytes: Uint8Array, row: number): Picture => {
  const name = `in row ${row + 1} of ${from}`;
  const stamp = (): string => createHash('sha256').update(bytes).digest('hex');
  return { name, header: readPictureHeader(bytes, name), stamp, read: () => Promise.resolve(bytes) };
}; // prettier-ignore

async function refuseOutsideAll(files: readonly string[], root: string): Promise<void> {
  for (const file of files) await refuseOutside(file, root);
}

/** Converts names to classes, in the order of a list that has them all, else alphabetically. @throws UserError */
function namesIn(tables: readonly Table[], target: number, told?: readonly string[]): readonly string[] {
  const found = [...new Set(tables.flatMap((table) => textsOf(table.columns[target]!, table.from)))].sort();
  const missing = found.filter((name) => told?.includes(name) === false);
  if (missing.length > 0)
    throw new UserError(
      `The table ${tables[0]!.from} has classes that are not named (${missing.slice(0, 5).join(', ')}; named are ${told!.join(', ')}): name each class, in the order of the outputs of the model.`,
      { at: ['classNames'] },
    );
  if (told) refuseTwice(told, 'The list of the names of the classes');
  return told ?? found;
}

function byName(table: Table, target: number, names: readonly string[]): Target {
  const numbers = new Map(names.map((name, i) => [name, i]));
  const labels = Int32Array.from(textsOf(table.columns[target]!, table.from), (name) => numbers.get(name)!);
  return { kind: 'class', labels };
}

/** @throws UserError where a column holds no numbers */
function numbersIn(table: Table, targets: readonly number[]): Target {
  const columns = targets.map((target) => {
    const column = table.columns[target]!;
    if (column.kind === 'numbers') return column;
    throw new UserError(
      `The column ${column.name} of the table ${table.from} holds no numbers, so it cannot be one of several targets: correct "columns".`,
      { at: ['columns', 'targets'] },
    );
  });
  const names = columns.map(({ name }) => name).join(', ');
  const where = `The column${columns.length > 1 ? 's' : ''} ${names} of the table ${table.from}`;
  const whole = columns.every((column) => column.whole);
  const numbers = new (whole ? Int32Array : Float64Array)(table.rows * columns.length);
  for (const [c, { values }] of columns.entries()) values.forEach((value, row) => (numbers[row * columns.length + c] = value)); // prettier-ignore
  const target = targetOf(numbers, columns.length === 1 ? [] : [columns.length], where);
  return target.kind === 'values' && columns.length > 1
    ? { ...target, names: columns.map(({ name }) => name) }
    : target;
}

function categoryNotes(table: Table, features: readonly Feature[]): string[] {
  const columns = [...new Set(features.flatMap((feature) => (feature.kind === 'category' ? [feature.column] : [])))];
  const names = columns.map((column) => table.columns[column]!.name);
  return names.length === 0 ? [] : [`Each name in ${names.join(', ')} is a feature of its own, 0 or 1.`];
}
