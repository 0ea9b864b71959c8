/** A column of numbers: bytes if all of them are. */
export interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  readonly values: Uint8Array | Float64Array;
  /** True where all were written as whole numbers. */
  readonly whole: boolean;
  /** The first row without a value, from 0; -1 where every row has one. Rows without a value have NaN. */
  readonly missing: number;
}

export interface TextColumn {
  readonly kind: 'texts';
  readonly name: string;
  /** Empty where there is no value. */
  readonly values: readonly string[];
}

/** A column of files, such as pictures. */
export interface FileColumn {
  readonly kind: 'files';
  readonly name: string;
  readonly values: readonly Uint8Array[];
}

export type Column = NumberColumn | TextColumn | FileColumn;

/** Rows of one part of a dataset, by columns. */
export interface Table {
  /** The source file, for messages. */
  readonly from: string;
  readonly rows: number;
  readonly columns: readonly Column[];
  /** True where the file names its columns; else they are numbers from 1. */
  readonly named: boolean;
}

/** Texts of missing values. */
const MISSING: ReadonlySet<string> = new Set(['', 'na', 'n/a', 'nan', 'null', 'none', '?']);

export const isMissing = (text: string): boolean => MISSING.has(text.trim().toLowerCase());
