/** A column of a text table: its heading, and `right` for numbers. */
export interface Column {
  heading: string;
  right?: boolean;
}

/** Rows as lines under their headings, columns apart by two spaces; no lines drawn, so that it can be read aloud and cut. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map(({ heading }, c) => Math.max(heading.length, ...rows.map((row) => row[c]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ right }, c) => (right ? (cells[c] ?? '').padStart(widths[c]!) : (cells[c] ?? '').padEnd(widths[c]!)))
      .join('  ')
      .trimEnd();
  return [line(columns.map(({ heading }) => heading)), ...rows.map(line)].join('\n');
}
