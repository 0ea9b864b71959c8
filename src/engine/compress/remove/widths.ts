import type { CoupledLayers } from './coupled-layers';

/** Counts the remaining channels of each layer while groups are removed; no layer loses its last channel. */
export class Widths {
  readonly #left = new Map<number, number>();
  readonly #producers = new Map<number, readonly number[]>();

  constructor(sets: readonly CoupledLayers[]) {
    for (const { producers, groups } of sets) {
      for (const group of groups) this.#producers.set(group, producers);
      for (const producer of producers) this.#left.set(producer, (this.#left.get(producer) ?? 0) + groups.length);
    }
  }

  /**
   * Removes all of these groups, or none of them where a layer would lose its last channel. Returns whether it removed
   * them.
   */
  take(groups: readonly number[]): boolean {
    const taken = new Map<number, number>();
    for (const group of groups)
      for (const producer of this.#producers.get(group) ?? []) taken.set(producer, (taken.get(producer) ?? 0) + 1);
    if ([...taken].some(([producer, count]) => this.#left.get(producer)! <= count)) return false;
    for (const [producer, count] of taken) this.#left.set(producer, this.#left.get(producer)! - count);
    return true;
  }
}
