/** The names with one of them at another place. */
export function moved(names: readonly string[], from: number, to: number): string[] {
  const name = names[from];
  if (name === undefined) return [...names];
  const others = names.filter((_, i) => i !== from);
  return [...others.slice(0, to), name, ...others.slice(to)];
}

/** The names in a text with one on each line. */
export const namesInLines = (text: string): string[] =>
  text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
