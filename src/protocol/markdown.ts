import { visible } from './visible';

/** Characters that Markdown (with tables, HTML and mathematics, as editors show it) interprets. */
const SPECIAL = /[\\`*[\]<>&|~$#!]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** Escapes a text from a file for a sentence or a table cell: no markup, no HTML, no link, on one line. */
export const markdownText = (text: string): string => visible(text).replace(SPECIAL, '\\$&');

/** Formats a table with escaped cells. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)];
}
