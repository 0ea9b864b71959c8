import { setImmediate } from 'node:timers/promises';
import { CancelledError } from '../protocol/errors';

/** Lets waiting messages in, such as a cancellation, before long work goes on. */
export const breathe = (): Promise<void> => setImmediate();

/** Lets waiting messages in. @throws CancelledError where one of them was a cancellation */
export async function pauseUnless(signal: AbortSignal | undefined): Promise<void> {
  await breathe();
  if (signal?.aborted) throw new CancelledError();
}
