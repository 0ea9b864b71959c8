import type { FileMetaData } from 'hyparquet';

/** The columns of a file. */
export interface ParquetColumns {
  /** The names of the columns, without those of fields within columns. */
  readonly names: readonly string[];
  /** The paths of the columns and fields that hold values. */
  readonly leaves: readonly string[];
}

/** Lists the columns of a file, whose schema is a tree in depth-first order with its root first. */
export function columnsOf({ schema }: Pick<FileMetaData, 'schema'>): ParquetColumns {
  const [names, leaves]: [string[], string[]] = [[], []];
  const walk = (at: number, path: readonly string[]): number => {
    const element = schema[at];
    if (!element) throw new Error('a column is missing');
    if (path.length === 0) names.push(element.name);
    const here = [...path, element.name];
    if (!element.num_children) leaves.push(here.join('\n'));
    let next = at + 1;
    for (let child = 0; child < (element.num_children ?? 0); child++) next = walk(next, here);
    return next;
  };
  for (let at = 1; at < schema.length;) at = walk(at, []);
  return { names, leaves };
}

/**
 * Returns true where each group of rows holds the columns of the schema, and the number of rows that the file names. A reader
 * that fails on an inconsistent file leaves pending reads of columns behind.
 */
export function isConsistent(head: FileMetaData): boolean {
  const leaves = columnsOf(head).leaves.join('\n\n');
  const rows = head.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
  return (
    rows === Number(head.num_rows) &&
    head.row_groups.every(
      ({ columns }) => columns.map(({ meta_data }) => meta_data?.path_in_schema.join('\n')).join('\n\n') === leaves,
    )
  );
}
