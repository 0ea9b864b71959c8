/** A value that a person edits, with those before and after it. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** The last change: its field, and its time in milliseconds. */
  readonly last: { readonly field: string; readonly at: number } | null;
}

/** Changes of one field within so many milliseconds are undone together. */
const TOGETHER = 1000;
/** Changes that can be undone. */
const MOST = 200;

export const newHistory = <T>(now: T): History<T> => ({ past: [], now, future: [], last: null });

/** @param at the time in milliseconds */
export function changed<T>({ past, now, last }: History<T>, next: T, field: string, at: number): History<T> {
  const together = last?.field === field && at - last.at < TOGETHER && past.length > 0;
  return { past: together ? past : [...past, now].slice(-MOST), now: next, future: [], last: { field, at } };
}

/** The next change is undone alone, even if it comes soon: the gesture has ended. */
export const settled = <T>(history: History<T>): History<T> => ({ ...history, last: null });

export function undone<T>({ past, now, future, ...rest }: History<T>): History<T> {
  const before = past.at(-1);
  return past.length > 0 && before !== undefined
    ? { past: past.slice(0, -1), now: before, future: [now, ...future], last: null }
    : { past, now, future, ...rest };
}

export function redone<T>({ past, now, future, ...rest }: History<T>): History<T> {
  const [next, ...later] = future;
  return future.length > 0 && next !== undefined
    ? { past: [...past, now], now: next, future: later, last: null }
    : { past, now, future, ...rest };
}
