import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as z from 'zod';
import { CancelledError, UserError } from '../protocol/errors';
import { inSteps } from './pause';
import { threadProgram } from './thread-program';

/** A message of a thread about its job. */
const Message = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('advance'), units: z.number() }),
  z.object({ kind: z.literal('done'), result: z.unknown() }),
  z.object({ kind: z.literal('refused'), sentence: z.string() }),
]);
export type ThreadMessage = z.input<typeof Message>;

/** Hears jobs. */
export interface JobListener {
  readonly signal?: AbortSignal | undefined;
  /** Hears of units that are done. */
  readonly advance?: ((units: number) => void) | undefined;
}

/** Work that threads share. */
export interface SharedWork<J, T> {
  /** Name of the bundle of the threads, without `.cjs`. */
  readonly program: string;
  /** Data that can be copied, in the order in which they begin. */
  readonly jobs: readonly J[];
  /** Does a part of a job each time that it is asked for the next; returns the result. Sources run without threads. */
  readonly steps: (job: J, advance: (units: number) => void) => Generator<void, T>;
  readonly result: z.ZodType<T>;
}

/** Most threads; more would wait for memory. */
const MOST_THREADS = 5;

/**
 * Does jobs in threads, one for each processor but at most five; each takes the next job when it is done with one.
 * @returns the results in the order of the jobs
 * @throws UserError where a job refuses, CancelledError
 */
export async function inThreads<J, T>(
  { program, jobs, steps, result }: SharedWork<J, T>,
  listener: JobListener = {},
): Promise<T[]> {
  const file = threadProgram(program);
  if (file === undefined) return inThisThread(jobs, steps, listener);
  const count = Math.min(jobs.length, MOST_THREADS, availableParallelism());
  const workers = Array.from({ length: count }, () => takeThread(file));
  const results = new Array<T>(jobs.length);
  let next = 0;
  const serve = async (worker: Worker): Promise<void> => {
    for (let place = next++; place < jobs.length; place = next++)
      results[place] = result.parse(await done(worker, jobs[place], listener));
  };
  try {
    await Promise.all(workers.map(serve));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  for (const worker of workers) keepThread(file, worker);
  return results;
}

/** Threads without a job, by their program, each with the time at which it ends. */
const idle = new Map<string, Map<Worker, NodeJS.Timeout>>();
/** Milliseconds for which a thread waits for another job: those of one command come soon. */
const KEPT_MS = 2000;

/** Returns a thread that waits for a job, or a new one. */
function takeThread(file: string): Worker {
  const waiting = idle.get(file) ?? new Map<Worker, NodeJS.Timeout>();
  idle.set(file, waiting);
  for (const [worker, end] of waiting) {
    clearTimeout(end);
    waiting.delete(worker);
    worker.ref();
    return worker;
  }
  const worker = new Worker(file, { execArgv: [], env: {} });
  // Without a listener, the error of a thread that has no job any more would end the engine.
  worker.on('error', () => undefined);
  worker.on('exit', () => {
    clearTimeout(waiting.get(worker));
    waiting.delete(worker);
  });
  return worker;
}

/** Lets a thread wait for another job. It does not keep the process alive. */
function keepThread(file: string, worker: Worker): void {
  // It may have ended after its last job.
  if (worker.threadId === -1) return;
  const end = setTimeout(() => {
    idle.get(file)?.delete(worker);
    void worker.terminate();
  }, KEPT_MS);
  end.unref();
  worker.unref();
  idle.get(file)?.set(worker, end);
}

async function inThisThread<J, T>(
  jobs: readonly J[],
  steps: SharedWork<J, T>['steps'],
  { signal, advance }: JobListener,
): Promise<T[]> {
  const results: T[] = [];
  for (const job of jobs)
    results.push(
      await inSteps(
        steps(job, (units) => advance?.(units)),
        signal,
      ),
    );
  return results;
}

function done(worker: Worker, job: unknown, { signal, advance }: JobListener): Promise<unknown> {
  const over = new AbortController();
  return new Promise<unknown>((resolve, reject) => {
    const cancel = (): void => reject(new CancelledError());
    const hear = (given: unknown): void => {
      const message = Message.safeParse(given);
      if (!message.success) reject(message.error);
      else if (message.data.kind === 'advance') advance?.(message.data.units);
      else if (message.data.kind === 'refused') reject(new UserError(message.data.sentence));
      else resolve(message.data.result);
    };
    const end = (code: number): void => reject(new Error(`A thread of the engine ended with code ${code}.`));
    if (signal?.aborted) cancel();
    signal?.addEventListener('abort', cancel, { signal: over.signal });
    worker.on('message', hear).on('error', reject).on('exit', end);
    over.signal.addEventListener('abort', () => worker.off('message', hear).off('error', reject).off('exit', end));
    worker.postMessage(job);
  }).finally(() => over.abort());
}
