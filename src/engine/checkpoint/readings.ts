import type { Reading } from './read-large';
import type { Shard, StoredTensor } from './stored-place';

/** Models whose readings are kept: each takes 256 KiB for each tensor of floats. */
const MOST = 8;

/**
 * What was found in large weights, kept in memory by the identity, size and times of each of their files and by their
 * description: a model that is opened again is read again only where one of these has changed.
 */
export class Readings {
  readonly #kept = new Map<string, Reading>();

  /** Returns what is known, or reads and keeps it. @throws UserError, CancelledError */
  async of(
    groups: readonly Shard[][],
    tensors: readonly StoredTensor[],
    read: () => Promise<Reading>,
  ): Promise<Reading> {
    const key = JSON.stringify([groups, tensors.map(({ entry, offset }) => [entry, offset])]);
    const reading = this.#kept.get(key) ?? (await read());
    // The last one that was used is the last one that goes.
    this.#kept.delete(key);
    this.#kept.set(key, reading);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST) break;
      this.#kept.delete(oldest);
    }
    return reading;
  }
}
