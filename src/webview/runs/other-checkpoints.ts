import { computed, signal, type ReadonlySignal } from '@preact/signals';
import type { ChartedModel } from '../../protocol/runs-page';

/** Checkpoints that no run wrote, as they are read one after the other. */
export interface OtherCheckpoints {
  /** Those that were read, in the order of their paths. */
  readonly models: ReadonlySignal<readonly ChartedModel[]>;
  /** How many are still to be read. */
  readonly left: ReadonlySignal<number>;
  /** How many could not be read. */
  readonly unread: ReadonlySignal<number>;
  /** Reads those that are new. One that could not be read is not tried again. Resolves at once where a reading goes on: that reads them too. */
  readonly read: () => Promise<void>;
  /** Forgets them all and reads them again. */
  readonly readAgain: () => Promise<void>;
}

/**
 * Follows the paths of checkpoints.
 * @param paths those that are there now
 * @param readOne reads one; it rejects for one that cannot be read
 */
export function otherCheckpoints(
  paths: ReadonlySignal<readonly string[]>,
  readOne: (path: string, signal: AbortSignal) => Promise<ChartedModel>,
): OtherCheckpoints {
  /** Null: it could not be read. */
  const known = signal<ReadonlyMap<string, ChartedModel | null>>(new Map());
  const wanted = computed(() => paths.value.filter((path) => !known.value.has(path)));
  let reading: AbortController | undefined;

  const read = async (): Promise<void> => {
    // One that was deleted is read again if it comes back.
    const there = new Set(paths.peek());
    known.value = new Map([...known.peek()].filter(([path]) => there.has(path)));
    if (reading) return;
    const { signal: stop } = (reading = new AbortController());
    for (let [path] = wanted.peek(); path !== undefined; [path] = wanted.peek()) {
      const found = await readOne(path, stop).catch(() => null);
      if (stop.aborted) return;
      if (wanted.peek().includes(path)) known.value = new Map(known.peek()).set(path, found);
    }
    reading = undefined;
  };

  return {
    models: computed(() => paths.value.flatMap((path) => known.value.get(path) ?? [])),
    left: computed(() => wanted.value.length),
    unread: computed(() => paths.value.filter((path) => known.value.get(path) === null).length),
    read,
    readAgain() {
      reading?.abort();
      reading = undefined;
      known.value = new Map();
      return read();
    },
  };
}
