import { visible } from '../protocol/visible';

/** What Markdown (with tables, HTML and mathematics, as editors show it) takes for more than a character. */
const SPECIAL = /[\\`*[\]<>&|~$#!]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu;

/** A text from a file as it stands in a sentence or a cell of a table: no markup, no HTML, no link, on one line. */
export const markdownText = (text: string): string => visible(text).replace(SPECIAL, '\\$&');

/** A table, its cells escaped. */
export function markdownTable(headings: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(markdownText).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)];
}
