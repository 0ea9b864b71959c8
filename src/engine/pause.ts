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

/** Lets waiting messages in. @throws CancelledError where one of them was a cancellation */
export async function pauseUnless(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw new CancelledError();
}
