/** Words of programs, which do not help a person. */
const INTERNAL = /\bundefined\b|\bNaN\b|\[object |is not a function|not iterable|cannot read/i;

/** Returns the first sentence of a foreign error, without its full stop, where a person can read it. */
export function brief(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = (text.split(/\n|[.!?]\s+(?=[A-Z])/)[0] ?? '').slice(0, 200).replace(/[.:]\s*$/, '');
  return INTERNAL.test(line) ? 'a value in its description has the wrong type' : line;
}
