import { CancelledError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { ReadListener } from './read-large';

/** A reading for which several callers wait. It goes on while one of them still does. */
export class SharedReading<T> {
  readonly done: Promise<T>;
  readonly #abort = new AbortController();
  readonly #waiting = new Set<ReadListener>();
  #settled = false;
  #latest: Progress | undefined;

  /** Calls `read` at once. @param abandoned called when the last caller has cancelled, before the reading ends */
  constructor(
    read: (listener: ReadListener) => Promise<T>,
    private readonly abandoned: () => void,
  ) {
    this.done = read({ signal: this.#abort.signal, onProgress: (progress) => this.#tell(progress) }).finally(() => {
      this.#settled = true;
    });
    // Each caller hears of a failure; one whose callers are gone has none.
    this.done.catch(() => undefined);
  }

  /** Waits for the end, or until `signal` cancels this wait. @throws CancelledError, or the error of the reading */
  async wait(listener: ReadListener = {}): Promise<T> {
    const { signal, onProgress } = listener;
    if (signal?.aborted) {
      this.#leave();
      throw new CancelledError();
    }
    if (this.#settled) return this.done;
    this.#waiting.add(listener);
    if (this.#latest) onProgress?.(this.#latest);
    let stop: (() => void) | undefined;
    const cancelled = new Promise<never>((_, reject) => {
      stop = () => reject(new CancelledError());
      signal?.addEventListener('abort', stop, { once: true });
    });
    try {
      return await Promise.race([this.done, cancelled]);
    } finally {
      if (stop) signal?.removeEventListener('abort', stop);
      this.#waiting.delete(listener);
      this.#leave();
    }
  }

  /** Ends the reading with its last caller. */
  #leave(): void {
    if (this.#waiting.size > 0 || this.#settled) return;
    this.abandoned();
    this.#abort.abort();
  }

  #tell(progress: Progress): void {
    this.#latest = progress;
    for (const { onProgress } of this.#waiting) onProgress?.(progress);
  }
}
