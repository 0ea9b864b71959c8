import { isPictureName } from '../../pictures/header';
import { isMissing } from './table';

const DELIMITERS = ['\t', ',', ';', '|'] as const;
/** Usual names of columns of labels and of pictures, lower-case. */
export const TARGET_NAMES: readonly string[] = ['label', 'labels', 'class', 'target', 'y', 'category', 'species', 'classname', 'class_name']; // prettier-ignore
export const PICTURE_NAMES: readonly string[] = ['image', 'img', 'path', 'file', 'filename', 'file_name', 'filepath', 'image_path', 'image_id', 'picture']; // prettier-ignore

/** A number in the notation of tables. */
const NUMBER = /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i;
export const isNumber = (text: string): boolean => NUMBER.test(text);
export const isWhole = (text: string): boolean => /^\s*[-+]?\d+\s*$/.test(text);

/** Finds the separator of cells: a common character that occurs equally often in the first lines. Undefined where there is none. */
export function delimiterOf(lines: readonly string[]): string | undefined {
  let best: { readonly delimiter: string; readonly cells: number } | undefined;
  for (const delimiter of DELIMITERS) {
    const counts = lines.map((line) => line.replaceAll(/"(?:[^"]|"")*"/g, '').split(delimiter).length);
    const same = counts.every((count) => count === counts[0]);
    if (same && counts[0]! > 1 && counts[0]! > (best?.cells ?? 1)) best = { delimiter, cells: counts[0]! };
  }
  return best?.delimiter;
}

/** Returns true where the first row names the columns: none of its cells is a number or a picture, but one below is, or it has a usual name. */
export function hasHeader([first, ...rest]: readonly (readonly string[])[]): boolean {
  if (!first || first.some((cell) => isNumber(cell) || isPictureName(cell))) return false;
  const usual = first.some((cell) => [...TARGET_NAMES, ...PICTURE_NAMES].includes(cell.trim().toLowerCase()));
  return usual || rest.some((row) => row.some((cell) => isNumber(cell) || isPictureName(cell)));
}

/** Returns the columns whose first rows hold only numbers and missing values. */
export function numberColumns(rows: readonly (readonly string[])[]): boolean[] {
  return (rows[0] ?? []).map((_, column) => {
    const cells = rows.map((row) => row[column] ?? '').filter((cell) => !isMissing(cell));
    return cells.length > 0 && cells.every(isNumber);
  });
}
