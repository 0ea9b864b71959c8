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

  /** Takes a group away, unless a layer would be left without channels; says whether it did. */
  take(group: number): boolean {
    const makers = this.#makers.get(group) ?? [];
    if (makers.some((maker) => this.#left.get(maker) === 1)) return false;
    for (const maker of makers) this.#left.set(maker, this.#left.get(maker)! - 1);
    return true;
  }
}
