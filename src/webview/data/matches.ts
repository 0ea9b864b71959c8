/** Names that are listed at most; a search finds the others. */
export const MOST_LISTED = 200;

/** A class with its number. */
export interface NamedClass {
  readonly number: number;
  readonly name: string;
}

/** The classes whose name contains a text, in any case, or whose number it is. */
export function matchingClasses(classes: readonly string[], text: string): NamedClass[] {
  const wanted = text.trim().toLowerCase();
  return classes
    .map((name, number) => ({ name, number }))
    .filter(({ name, number }) => name.toLowerCase().includes(wanted) || String(number) === wanted);
}
