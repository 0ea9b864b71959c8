import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { CancelledError, UserError } from '../protocol/errors';

/** A message of a thread that works on one job. */
const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('advance'), units: z.number() }),
  z.object({ kind: z.literal('done'), result: z.unknown() }),
  z.object({ kind: z.literal('refused'), sentence: z.string() }),
]);
export type ThreadMessage = z.input<typeof Message>;

/** Hears a job. */
export interface JobListener {
  readonly signal?: AbortSignal | undefined;
  /** Hears of units that are done. */
  readonly advance?: ((units: number) => void) | undefined;
}

/**
 * Runs a job in a thread of its own, which ends with it.
 * @param program file of the bundle
 * @param job data that can be copied
 * @throws UserError where the thread refuses, CancelledError
 */
export function inThread<T>(
  program: string,
  job: unknown,
  result: z.ZodType<T>,
  { signal, advance }: JobListener = {},
): Promise<T> {
  const worker = new Worker(program, { workerData: job, execArgv: [], env: {} });
  const cancelled = new AbortController();
  return new Promise<T>((resolve, reject) => {
    const cancel = (): void => reject(new CancelledError());
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { signal: cancelled.signal });
    worker.on('message', (given: unknown) => {
      const message = Message.safeParse(given);
      if (!message.success) reject(message.error);
      else if (message.data.kind === 'advance') advance?.(message.data.units);
      else if (message.data.kind === 'refused') reject(new UserError(message.data.sentence));
      else {
        const parsed = result.safeParse(message.data.result);
        if (parsed.success) resolve(parsed.data);
        else reject(parsed.error);
      }
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`A thread of the engine ended with code ${code}.`)));
  }).finally(() => {
    cancelled.abort();
    void worker.terminate();
  });
}
