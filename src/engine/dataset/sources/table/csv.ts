import { pipeline, Readable } from 'node:stream';
import { CsvError, parse, type Options } from 'csv-parse';
import { UserError } from '../../../../protocol/errors';
import { withDataFile } from '../../files/data-file';
import { GrowingNumbers } from './growing';
import { delimiterOf, hasHeader, isNumber, isWhole, numberColumns } from './sniff';
import { isMissing, type Column, type Table } from './table';

/** Bytes of a file that are read to recognize it and the kinds of its columns. */
const FIRST_BYTES = 64 * 1024;
const FIRST_ROWS = 200;
/** Limit of the memory of a table: 1 GiB. */
const MOST_BYTES = 2 ** 30;
const MOST_COLUMNS = 100_000;

/** The dialect of a table. */
export interface CsvShape {
  readonly delimiter: string;
  readonly header: boolean;
  readonly columns: number;
  /** The names of the columns; without a header their numbers from 1. */
  readonly names: readonly string[];
  /** Columns that begin with numbers. */
  readonly numbers: readonly boolean[];
}

/** Finds the dialect of a table from its first rows; undefined where it is not a table. @throws UserError where it cannot be read */
export async function shapeOfCsv(file: string, header?: boolean): Promise<CsvShape | undefined> {
  const bytes = await withDataFile(file, async ({ bytes: pieces }) => {
    for await (const piece of pieces) return piece.subarray(0, FIRST_BYTES);
    return new Uint8Array(0);
  });
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\ufeff/, '');
  if (text.includes('\0') || text.includes('\ufffd'.repeat(4))) return undefined;
  const all = text.split(/\r\n|\n|\r/);
  // The last line may be incomplete.
  const lines = (all.length > 2 ? all.slice(0, -1) : all).filter((line) => line.trim() !== '').slice(0, 50);
  const delimiter = delimiterOf(lines);
  if (lines.length < 2 || delimiter === undefined) return undefined;
  const rows = await firstRows(text, delimiter);
  if (rows.length < 2) return undefined;
  const named = header ?? hasHeader(rows);
  const numbers = numberColumns(named ? rows.slice(1) : rows);
  const names = rows[0]!.map((cell, c) => (named ? cell.trim() : String(c + 1)));
  return { delimiter, header: named, columns: rows[0]!.length, names, numbers };
}

const optionsFor = (delimiter: string): Options => ({ delimiter, bom: true, skipEmptyLines: true, relaxQuotes: true });

async function firstRows(text: string, delimiter: string): Promise<string[][]> {
  const rows: string[][] = [];
  const end = Math.max(text.lastIndexOf('\n'), 0) || text.length;
  try {
    const parser = Readable.from([text.slice(0, end)]).pipe(parse({ ...optionsFor(delimiter), to: FIRST_ROWS }));
    for await (const row of parser as AsyncIterable<string[]>) rows.push(row);
  } catch {
    // The complete read reports the fault.
  }
  return rows;
}

/** Reads a table, gzipped or not, in bounded pieces. @throws UserError that names the line where it is damaged */
export async function readCsv(file: string, shape: CsvShape): Promise<Table> {
  if (shape.columns > MOST_COLUMNS)
    throw new UserError(`The table ${file} has ${shape.columns} columns, more than the ${MOST_COLUMNS} that are read.`);
  const kinds = [...shape.numbers];
  for (;;) {
    const read = await readAs(file, shape, kinds);
    if (read) return read;
  }
}

/** Reads a table in one pass; undefined where a column that began with numbers has a text. It then corrects `kinds`. */
async function readAs(file: string, { delimiter, header }: CsvShape, kinds: boolean[]): Promise<Table | undefined> {
  let names: string[] | undefined;
  let rows = 0;
  const turned = new Set<number>();
  const columns = kinds.map((numbers) => (numbers ? new Numbers() : new Texts()));
  await eachRow(file, delimiter, (cells) => {
    if (header && !names) {
      names = cells.map((cell) => cell.trim());
      return;
    }
    for (let c = 0; c < columns.length; c++) if (!columns[c]!.push(cells[c] ?? '', rows) && kinds[c]) turned.add(c);
    rows++;
    if ((rows & 0xfff) === 0) refuseLarge(file, columns);
  });
  for (const column of turned) kinds[column] = false;
  if (turned.size > 0) return undefined;
  if (rows === 0) throw new UserError(`The table ${file} has no rows: give one with examples.`);
  return {
    from: file,
    rows,
    named: names !== undefined,
    columns: columns.map((column, c) => column.done(names?.[c] ?? String(c + 1))),
  };
}

function refuseLarge(file: string, columns: readonly (Numbers | Texts)[]): void {
  if (columns.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BYTES)
    throw new UserError(`The table ${file} is larger than the 1 GiB that can be held: use fewer rows or columns.`);
}

async function eachRow(file: string, delimiter: string, hear: (cells: string[]) => void): Promise<void> {
  await withDataFile(file, async ({ bytes }) => {
    const parser = parse(optionsFor(delimiter));
    // Errors reach `parser`, which is read below.
    pipeline(Readable.from(bytes, { objectMode: false }), parser, () => undefined);
    try {
      for await (const row of parser as AsyncIterable<string[]>) hear(row);
    } catch (error) {
      if (!(error instanceof CsvError)) throw error;
      const line = /line (\d+)/.exec(error.message)?.[1];
      throw new UserError(
        `The table ${file} cannot be read${line === undefined ? '' : ` at line ${line}`} (${error.code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH' ? 'it has more or fewer cells than the first' : error.message.split(':')[0]!.toLowerCase()}): mend that line.`,
        { cause: error },
      );
    }
  });
}

/** A growing column of numbers. */
class Numbers {
  private readonly values = new GrowingNumbers();
  private whole = true;
  private missing = -1;

  /** False where the cell is a text. */
  push(cell: string, row: number): boolean {
    if (isNumber(cell)) {
      this.values.push(Number(cell));
      if (this.whole && !isWhole(cell)) this.whole = false;
      return true;
    }
    if (this.missing < 0) this.missing = row;
    this.values.push(NaN);
    return isMissing(cell);
  }

  get bytes(): number {
    return this.values.bytes;
  }

  done(name: string): Column {
    return { kind: 'numbers', name, values: this.values.done(), whole: this.whole, missing: this.missing };
  }
}

/** A growing column of texts; equal texts share memory. */
class Texts {
  private readonly values: string[] = [];
  private readonly known = new Map<string, string>();
  bytes = 0;

  push(cell: string): boolean {
    const text = cell.trim();
    let held = this.known.get(text);
    if (held === undefined) {
      // A slice of a long text would keep all of it in memory.
      held = Buffer.from(text).toString();
      this.known.set(held, held);
      this.bytes += 2 * held.length + 64;
    }
    this.values.push(held);
    this.bytes += 8;
    return true;
  }

  done(name: string): Column {
    return { kind: 'texts', name, values: this.values.map((text) => (isMissing(text) ? '' : text)) };
  }
}
