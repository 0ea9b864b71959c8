import { visible } from '../protocol/visible';

/**
 * Rows as CSV (RFC 4180): a field with a comma, a quote or a line end stands in quotes. Texts come from files of others: what
 * is not seen is escaped, and one that a spreadsheet would take for a formula begins with an apostrophe (OWASP, CSV
 * injection). Numbers stay numbers.
 */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.map(field).join(',')).join('\n')}\n`;

/** Beginnings of formulas; spreadsheets take the wide forms for the same. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = visible(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
