/** The layers that were chosen together, and the one from which a range extends. */
export interface Marks {
  readonly names: ReadonlySet<string>;
  readonly anchor: string | null;
}

export const NO_MARKS: Marks = { names: new Set(), anchor: null };

/** How a row is chosen: alone, one more or less (Ctrl), or all from the last one to this (Shift). */
export type Choosing = 'alone' | 'toggle' | 'range';

/** The marks after a choice. @param shown the names of the shown layers in order */
export function marked(marks: Marks, name: string, how: Choosing, shown: readonly string[]): Marks {
  if (how === 'toggle') {
    const names = new Set(marks.names);
    if (!names.delete(name)) names.add(name);
    return { names, anchor: name };
  }
  const from = marks.anchor === null ? -1 : shown.indexOf(marks.anchor);
  const to = shown.indexOf(name);
  if (how === 'alone' || from < 0 || to < 0) return { names: new Set([name]), anchor: name };
  return { names: new Set(shown.slice(Math.min(from, to), Math.max(from, to) + 1)), anchor: marks.anchor };
}
