import { setImmediate } from 'node:timers/promises';

/** Lets waiting messages in, such as a cancellation, before long work goes on. */
export const breathe = (): Promise<void> => setImmediate();
