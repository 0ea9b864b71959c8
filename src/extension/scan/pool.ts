/**
 * Calls `work` for each item, at most `width` at a time. An error of `work` ends it.
 * @returns true if all items are done; false if it was aborted
 */
export async function eachOf<T>(
  items: Iterable<T>,
  width: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<boolean> {
  const iterator = items[Symbol.iterator]();
  const lane = async (): Promise<void> => {
    while (!signal.aborted) {
      const next = iterator.next();
      if (next.done) return;
      await work(next.value);
    }
  };
  await Promise.all(Array.from({ length: width }, lane));
  return !signal.aborted;
}
