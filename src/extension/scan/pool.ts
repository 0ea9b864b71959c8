/**
 * Does `work` for each item, `width` at a time. What `work` throws ends it.
 * @returns whether all was done; false when it was aborted before.
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
