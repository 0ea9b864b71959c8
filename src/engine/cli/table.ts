import { visible } from '../../protocol/visible';

/** A column of a text table: its heading, and `right` for numbers. */
export interface Column {
  heading: string;
  right?: boolean;
}

/**
 * Formats rows as lines under their headings, with two spaces between columns and no lines drawn, so that a screen
 * reader and `cut` can use it. Invisible characters of a cell are escaped.
 */
export function table(columns: readonly Column[], texts: readonly (readonly string[])[]): string {
  const rows = texts.map((row) => row.map(visible));
  const headings = columns.map(({ heading }) => visible(heading));
  const widths = headings.map((heading, c) =>
    rows.reduce((widest, row) => Math.max(widest, row[c]?.length ?? 0), heading.length),
  );
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, c) => (right ? (cells[c] ?? '').padStart(widths[c]!) : (cells[c] ?? '').padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(headings), ...rows.map(line)].join('\n');
}
