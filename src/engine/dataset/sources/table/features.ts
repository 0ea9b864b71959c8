import { UserError } from '../../../../protocol/errors';
import { examplesOf } from '../../values';
import type { ArrayExamples } from '../source';
import type { Column, Table } from './table';

/** Limit of the different names in a column; each becomes a feature. */
const MOST_CATEGORIES = 1000;

/** A feature of the examples: a number, or a category that becomes a 1 among 0. */
export type Feature =
  | { readonly kind: 'number'; readonly column: number }
  | { readonly kind: 'category'; readonly column: number; readonly category: string };

/**
 * Makes features from columns: numbers unchanged, names one-hot, in the order of the names in all tables.
 * @throws UserError where a column has too many names, or files
 */
export function featuresOf(tables: readonly Table[], columns: readonly number[]): Feature[] {
  return columns.flatMap((column): Feature[] => {
    const all = tables.map((table) => table.columns[column]!);
    if (all.every(({ kind }) => kind === 'numbers')) return [{ kind: 'number', column }];
    const names = [...new Set(all.flatMap((one) => textsOf(one, tables[0]!.from)))]
      .filter((name) => name !== '')
      .sort();
    if (names.length > MOST_CATEGORIES)
      throw new UserError(
        `The column ${all[0]!.name} of the table ${tables[0]!.from} has ${names.length} different names, more than the ${MOST_CATEGORIES} that can be told apart: name the columns to use as "columns": {"features": [...]} in a NAME.data.json.`,
      );
    return names.map((category) => ({ kind: 'category', column, category }));
  });
}

/** Returns the values of a column as texts. @throws UserError where it has files */
export function textsOf(column: Column, from: string): readonly string[] {
  if (column.kind === 'texts') return column.values;
  if (column.kind === 'numbers') return Array.from(column.values, String);
  throw new UserError(`The column ${column.name} of the table ${from} holds files, which are no features.`);
}

/** Makes one example from each row of a table. @throws UserError where a value is missing */
export function rowsOf(table: Table, features: readonly Feature[]): ArrayExamples {
  for (const column of new Set(features.map((feature) => feature.column))) refuseMissing(table, column);
  const bytes = features.every(
    (feature) => feature.kind === 'number' && table.columns[feature.column]!.kind === 'numbers' &&
      (table.columns[feature.column] as { values: unknown }).values instanceof Uint8Array, // prettier-ignore
  );
  const size = features.length;
  const out = bytes ? new Uint8Array(table.rows * size) : new Float32Array(table.rows * size);
  features.forEach((feature, f) => {
    const column = table.columns[feature.column]!;
    if (feature.kind === 'number' && column.kind === 'numbers')
      for (let row = 0; row < table.rows; row++) out[row * size + f] = column.values[row]!;
    else if (feature.kind === 'category')
      textsOf(column, table.from).forEach((text, row) => {
        out[row * size + f] = text === feature.category ? 1 : 0;
      });
  });
  // Few columns of small whole numbers are not pixels.
  return examplesOf(out, [size], `The table ${table.from}`);
}

/** @throws UserError that names the row where a column has no value */
export function refuseMissing(table: Table, place: number): void {
  const column = table.columns[place]!;
  const row = column.kind === 'numbers' ? column.missing : column.kind === 'texts' ? column.values.indexOf('') : -1;
  if (row >= 0)
    throw new UserError(
      `The table ${table.from} has no value in the column ${column.name} of row ${row + 1}: fill it in, or leave the row or the column out.`,
    );
}
