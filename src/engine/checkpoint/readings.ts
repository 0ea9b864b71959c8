import type { Reading } from './read-large';
import type { StoredTensor } from './stored-place';

/** Surveys of floats that are kept, of 256 KiB each: 256 MiB. The last reading is kept however many it has. */
const MOST_SURVEYS = 1024;

/**
 * Keeps hashes and surveys of large weights in memory, by what identifies their files and by their description: a model that is
 * opened again is read again only where one of these has changed.
 */
export class Readings {
  readonly #kept = new Map<string, Reading>();

  /**
   * Returns what is known, or reads and keeps it.
   * @param identity of the files, as data
   * @throws UserError, CancelledError
   */
  async of(
    identity: readonly unknown[],
    tensors: readonly StoredTensor[],
    read: () => Promise<Reading>,
  ): Promise<Reading> {
    const key = JSON.stringify([identity, tensors.map(({ entry, offset }) => [entry, offset])]);
    const reading = this.#kept.get(key) ?? (await read());
    // The last one that was used is the last one that goes.
    this.#kept.delete(key);
    this.#kept.set(key, reading);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size === 1 || this.#surveys() <= MOST_SURVEYS) break;
      this.#kept.delete(oldest);
    }
    return reading;
  }

  #surveys(): number {
    const all = [...this.#kept.values()].flatMap(({ surveys }) => surveys);
    return all.filter(({ floats }) => floats).length;
  }
}
