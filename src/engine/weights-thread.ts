/** The program of a thread that reads large weights, in a bundle of its own. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../protocol/errors';
import { ReadingJob, readingSteps } from './checkpoint/reading-job';
import type { ThreadMessage } from './thread-job';

/** Units after which the parent hears of them. */
const REPORTED = 8 * 1024 * 1024;

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

function perform(job: unknown): ThreadMessage {
  let units = 0;
  const steps = readingSteps(ReadingJob.parse(job), (more) => {
    units += more;
    if (units < REPORTED) return;
    tell({ kind: 'advance', units });
    units = 0;
  });
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
