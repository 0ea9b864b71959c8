/** The order of the rows of a table. Null column: that in which they came. */
export interface Sort<Column extends string> {
  column: Column | null;
  descending: boolean;
}

/** The value by which a row is sorted; null where it has none. */
export type Key = number | string | null;

const words = new Intl.Collator('en', { numeric: true });

function compare(a: Key, b: Key): number {
  if (typeof a === 'string' && typeof b === 'string') return words.compare(a, b);
  return Number(a) - Number(b);
}

/** Sorts rows. Rows without a value come last in both directions; equal rows keep the order in which they come. */
export function sorted<Row, Column extends string>(
  rows: readonly Row[],
  { column, descending }: Sort<Column>,
  key: (row: Row, column: Column) => Key,
): Row[] {
  if (column === null) return [...rows];
  return [...rows].sort((a, b) => {
    const [left, right] = [key(a, column), key(b, column)];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return descending ? compare(right, left) : compare(left, right);
  });
}

/** The order after a click on a column: numbers start with the largest, words with A; the third click restores the first order. */
export function nextSort<Column extends string>(
  sort: Sort<Column>,
  column: Column,
  isWord: (column: Column) => boolean,
): Sort<Column> {
  const first = !isWord(column);
  if (sort.column !== column) return { column, descending: first };
  return sort.descending === first ? { column, descending: !first } : { column: null, descending: false };
}
