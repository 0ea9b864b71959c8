/** The program of a thread that reads large weights, in a bundle of its own. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../protocol/errors';
import * as z from 'zod';
import { ReadingJob, readingSteps } from './checkpoint/reading-job';
import { CountingJob, countingSteps } from './measure/counting-job';
import type { ThreadMessage } from './thread-job';

/** Units after which the parent hears of them. */
const REPORTED = 8 * 1024 * 1024;

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

const Job = z.union([ReadingJob, CountingJob]);

function perform(given: unknown): ThreadMessage {
  const job = Job.parse(given);
  let units = 0;
  const advance = (more: number): void => {
    units += more;
    if (units < REPORTED) return;
    tell({ kind: 'advance', units });
    units = 0;
  };
  const steps = job.kind === 'count' ? countingSteps(job, advance) : readingSteps(job, advance);
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    if (units > 0) tell({ kind: 'advance', units });
    return { kind: 'done', result: value };
  }
}

parentPort?.on('message', (job: unknown) => {
  try {
    tell(perform(job));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    tell({ kind: 'refused', sentence: error.message });
  }
});
