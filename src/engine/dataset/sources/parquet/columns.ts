import { UserError } from '../../../../protocol/errors';
import { GrowingNumbers } from '../table/growing';
import type { Column } from '../table/table';

/** Builds a column from the cells of rows: numbers, texts, or files as Hugging Face stores them. */
export class ColumnBuilder {
  private readonly numbers = new GrowingNumbers();
  private readonly texts: string[] = [];
  private readonly files: Uint8Array[] = [];
  private rows = 0;
  private missing = -1;
  private whole = true;
  private other: string | undefined;

  constructor(readonly name: string) {}

  push(cell: unknown): void {
    const value = contentOf(cell);
    if (value === undefined) {
      if (this.missing < 0) this.missing = this.rows;
      // Every column gets a value, so that rows stay aligned.
      this.numbers.push(NaN);
      this.texts.push('');
    } else if (typeof value === 'number') {
      this.numbers.push(value);
      if (typeof cell === 'number' && !Number.isInteger(cell)) this.whole = false;
      if (this.texts.length > 0) this.texts.push(String(value));
    } else if (typeof value === 'string') this.texts.push(value);
    else if (value instanceof Uint8Array) this.files.push(value);
    else this.other ??= value.kind;
    this.rows++;
  }

  /** @throws UserError where its cells are of several kinds, or of an unsupported kind */
  done(from: string): Column {
    const { name, rows } = this;
    if (this.other !== undefined)
      throw new UserError(`The column ${name} of ${from} holds ${this.other}, which is not read: leave it out.`);
    const numbers = this.numbers.done();
    if (this.files.length === rows) return { kind: 'files', name, values: this.files };
    if (numbers.length === rows && this.missing < rows)
      return { kind: 'numbers', name, values: numbers, whole: this.whole, missing: this.missing };
    if (this.texts.length === rows) return { kind: 'texts', name, values: this.texts };
    throw new UserError(`The column ${name} of ${from} holds values of several kinds, or lacks some: mend it.`);
  }
}

/** Returns the value of a cell that is read; undefined for other content. */
function contentOf(cell: unknown): number | string | Uint8Array | { readonly kind: string } | undefined {
  if (cell === null || cell === undefined) return undefined;
  if (typeof cell === 'number' || typeof cell === 'string') return cell;
  if (typeof cell === 'bigint' || typeof cell === 'boolean') return Number(cell);
  if (cell instanceof Uint8Array) return cell;
  if (typeof cell === 'object' && 'bytes' in cell) {
    // An image of Hugging Face: its bytes, or the path of its file.
    if (cell.bytes instanceof Uint8Array) return cell.bytes;
    if ('path' in cell && typeof cell.path === 'string') return cell.path;
  }
  return { kind: Array.isArray(cell) ? 'lists' : cell instanceof Date ? 'dates' : 'structures' };
}
