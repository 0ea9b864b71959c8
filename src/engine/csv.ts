/** Rows as CSV (RFC 4180): a field with a comma, a quote or a line end stands in quotes. */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.map(field).join(',')).join('\n')}\n`;

function field(value: string | number): string {
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
