import type { Family } from './families';

/** How many channels each layer that makes some still has, as groups are taken away; none loses its last. */
export class Widths {
  readonly #left = new Map<number, number>();
  readonly #makers = new Map<number, readonly number[]>();

  constructor(families: readonly Family[]) {
    for (const { makers, groups } of families) {
      for (const group of groups) this.#makers.set(group, makers);
      for (const maker of makers) this.#left.set(maker, (this.#left.get(maker) ?? 0) + groups.length);
    }
  }

  /** Takes groups away, all or none: none where a layer would be left without channels. Says whether it did. */
  take(groups: readonly number[]): boolean {
    const taken = new Map<number, number>();
    for (const group of groups)
      for (const maker of this.#makers.get(group) ?? []) taken.set(maker, (taken.get(maker) ?? 0) + 1);
    if ([...taken].some(([maker, count]) => this.#left.get(maker)! <= count)) return false;
    for (const [maker, count] of taken) this.#left.set(maker, this.#left.get(maker)! - count);
    return true;
  }
}
