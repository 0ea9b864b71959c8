import { visible } from './visible';

/**
 * Formats rows as CSV (RFC 4180): a field with a comma, a quote or a line end is quoted. Texts come from files of
 * others: invisible characters are escaped, and a text that a spreadsheet would read as a formula gets an apostrophe in
 * front (OWASP, CSV injection). Numbers stay numbers.
 */
export const csvText = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.map(field).join(',')).join('\n')}\n`;

/** First characters of formulas; spreadsheets read the wide forms in the same way. */
const FORMULA = /^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;

function field(value: string | number): string {
  if (typeof value === 'number') return String(value);
  const text = visible(value);
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
