import { csvText } from '../../protocol/csv';
import { markdownTable } from '../../protocol/markdown';

/** A table as rows of cells; the first row has the headings. */
export type Rows = readonly (readonly (string | number)[])[];

/** Whole tables by the name in `data-table`, where the page draws only the seen rows. */
export const wholeTables = new Map<string, () => Rows>();

/** A cell as a number where it is nothing else, so that a spreadsheet counts with it. */
export function cellOf(text: string): string | number {
  const plain = text.replace(/\s+/g, ' ').trim();
  return /^[-\u2212]?\d+(\.\d+)?(e[-+]?\d+)?$/i.test(plain) ? Number(plain.replace('\u2212', '-')) : plain;
}

export const asCsv = (rows: Rows): string => csvText(rows);

export function asMarkdown(rows: Rows): string {
  const [head = [], ...rest] = rows.map((row) => row.map(String));
  return `${markdownTable(head, rest).join('\n')}\n`;
}

/** A name for a file: words with dashes. */
export const fileName = (words: string): string =>
  words
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60) || 'figure';
