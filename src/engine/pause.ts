import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../protocol/errors';

/** Lets waiting messages in, such as a cancellation, before long work goes on. */
export const breathe = (): Promise<void> => setImmediate();

/** Does steps one after another, and lets waiting messages in between. @throws CancelledError */
export async function inSteps<T>(steps: Generator<void, T>, signal: AbortSignal | undefined): Promise<T> {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    await pauseUnless(signal);
  }
}

/** Does steps one after another, without a pause. */
export function atOnce<T>(steps: Generator<void, T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

/** Waits for work that goes on without the caller. @throws CancelledError when `signal` aborts */
export async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const left = new AbortController();
  const cancelled = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new CancelledError()), { signal: left.signal });
  });
  try {
    if (signal.aborted) throw new CancelledError();
    return await Promise.race([work, cancelled]);
  } finally {
    left.abort();
    // Nobody hears of its end any more.
    work.catch(() => undefined);
  }
}

/** Lets waiting messages in. @throws CancelledError where one of them was a cancellation */
export async function pauseUnless(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw new CancelledError();
}
