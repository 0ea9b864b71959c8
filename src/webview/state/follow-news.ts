/**
 * Does work after news, once at a time. News that come during the work are followed by it once more, since its answer may be
 * older than they are.
 * @param work must not reject
 */
export function followNews(work: () => Promise<void>): () => Promise<void> {
  let hasNews = false;
  let isWorking = false;
  return async () => {
    hasNews = true;
    if (isWorking) return;
    isWorking = true;
    while (hasNews) {
      hasNews = false;
      await work();
    }
    isWorking = false;
  };
}
