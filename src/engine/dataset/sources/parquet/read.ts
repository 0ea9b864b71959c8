import { parquetMetadataAsync, parquetReadObjects, type AsyncBuffer, type FileMetaData } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { UserError } from '../../../../protocol/errors';
import { wholeFile } from '../../files/beginning';
import type { Table } from '../table/table';
import { ColumnBuilder } from './columns';
import { columnsOf, isConsistent } from './schema';

/** Limit of the bytes of a file, and of its unpacked content: 1 GiB. */
const MOST_BYTES = 2 ** 30;
/** Rows in memory while a file is read. */
const ROWS_AT_ONCE = 2048;

/** Metadata of a file: texts by key. */
export type Metadata = Readonly<Record<string, string>>;

/** Returns true for the first bytes of a Parquet file. */
export const isParquet = (bytes: Uint8Array): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.byteLength)).toString('latin1') === 'PAR1';

/**
 * Reads the rows of several files, which are parts of one table.
 * @param files absolute, at least one
 * @throws UserError where one is damaged, or they differ in their columns
 */
export async function readParquet(files: readonly string[]): Promise<{ table: Table; metadata: Metadata }> {
  let columns: ColumnBuilder[] | undefined;
  let metadata: Metadata = {};
  let [rows, unpacked] = [0, 0];
  for (const file of files) {
    const { buffer, head } = await opened(file);
    unpacked += unpackedBytes(head);
    if (unpacked > MOST_BYTES)
      throw new UserError(
        `The dataset file ${file} unpacks to more than ${MOST_BYTES / 2 ** 30} GiB with those before it, which cannot be held: use fewer or smaller examples.`,
      );
    const { names } = columnsOf(head);
    metadata = { ...textsOf(head), ...metadata };
    columns ??= names.map((name) => new ColumnBuilder(name));
    if (columns.map(({ name }) => name).join('\n') !== names.join('\n'))
      throw new UserError(`The dataset files ${files[0]!} and ${file} differ in their columns: they must agree.`);
    rows += await appendRows(file, buffer, head, columns);
  }
  if (!columns || rows === 0) throw new UserError(`The dataset file ${files[0] ?? ''} has no rows: leave it out.`);
  const table = { from: files[0]!, rows, named: true, columns: columns.map((column) => column.done(files[0]!)) };
  return { table, metadata };
}

/** The names of the columns of a file. @throws UserError where it is damaged */
export async function columnNames(file: string): Promise<readonly string[]> {
  return columnsOf((await opened(file)).head).names;
}

async function opened(file: string): Promise<{ buffer: AsyncBuffer; head: FileMetaData }> {
  const bytes = await wholeFile(file, MOST_BYTES);
  const buffer: AsyncBuffer = {
    byteLength: bytes.length,
    slice: (start, end) => Uint8Array.from(bytes.subarray(start, end)).buffer,
  };
  try {
    const head = await parquetMetadataAsync(buffer);
    if (!isConsistent(head)) throw new Error('the metadata contradicts itself');
    return { buffer, head };
  } catch (cause) {
    throw damaged(file, cause);
  }
}

async function appendRows(
  file: string,
  buffer: AsyncBuffer,
  head: FileMetaData,
  columns: readonly ColumnBuilder[],
): Promise<number> {
  const rows = Number(head.num_rows);
  for (let start = 0; start < rows; start += ROWS_AT_ONCE) {
    const end = Math.min(rows, start + ROWS_AT_ONCE);
    let some: readonly Readonly<Record<string, unknown>>[];
    try {
      some = await parquetReadObjects({
        file: buffer,
        metadata: head,
        compressors,
        utf8: false,
        rowStart: start,
        rowEnd: end,
      });
    } catch (cause) {
      throw damaged(file, cause);
    }
    if (some.length !== end - start) throw damaged(file, new Error(`${some.length} rows of ${end - start}`));
    for (const row of some) for (const column of columns) column.push(row[column.name]);
  }
  return rows;
}

const damaged = (file: string, cause: unknown): UserError =>
  new UserError(`The dataset file ${file} is damaged or cut short: get it again.`, { cause });

const unpackedBytes = (head: FileMetaData): number =>
  head.row_groups.reduce((sum, { total_byte_size }) => sum + Number(total_byte_size), 0);

function textsOf({ key_value_metadata: pairs = [] }: FileMetaData): Metadata {
  return Object.fromEntries(pairs.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value] as const])));
}
