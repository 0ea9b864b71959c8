import type { JsonObject } from '../../protocol/json';

/** The options of a form, with those before and after them. */
export interface History {
  readonly past: readonly JsonObject[];
  readonly now: JsonObject;
  readonly future: readonly JsonObject[];
  /** The last change: its field, and its time in milliseconds. */
  readonly last: { readonly field: string; readonly at: number } | null;
}

/** Changes of one field within so many milliseconds are undone together. */
const TOGETHER = 1000;
/** Changes that can be undone. */
const MOST = 200;

export const newHistory = (now: JsonObject): History => ({ past: [], now, future: [], last: null });

/** @param at the time in milliseconds */
export function changed({ past, now, last }: History, next: JsonObject, field: string, at: number): History {
  const together = last?.field === field && at - last.at < TOGETHER && past.length > 0;
  return { past: together ? past : [...past, now].slice(-MOST), now: next, future: [], last: { field, at } };
}

export function undone({ past, now, future, ...rest }: History): History {
  const before = past.at(-1);
  return before
    ? { past: past.slice(0, -1), now: before, future: [now, ...future], last: null }
    : { past, now, future, ...rest };
}

export function redone({ past, now, future, ...rest }: History): History {
  const [next, ...later] = future;
  return next ? { past: [...past, now], now: next, future: later, last: null } : { past, now, future, ...rest };
}
