/** A range of values. */
export type Range = readonly [from: number, to: number];

/** Makes a range narrower (below 1) or wider around a value; null: it is as wide as all. */
export function zoomed([from, to]: Range, by: number, around: number, all: Range): Range | null {
  const next: Range = [around - (around - from) * by, around + (to - around) * by];
  return next[0] <= all[0] && next[1] >= all[1] ? null : [Math.max(all[0], next[0]), Math.min(all[1], next[1])];
}

/** Moves a range by a share of its width, within all values. */
export function shifted([from, to]: Range, share: number, all: Range): Range {
  const by = Math.max(all[0] - from, Math.min(all[1] - to, share * (to - from)));
  return [from + by, to + by];
}
