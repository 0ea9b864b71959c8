/** The program of a thread that reads large weights, in a bundle of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '../protocol/errors';
import { ReadingJob, readingSteps } from './checkpoint/reading-job';
import type { ThreadMessage } from './thread-job';

/** Units after which the parent hears of them. */
const REPORTED = 16 * 1024 * 1024;

function perform(): ThreadMessage {
  let units = 0;
  const steps = readingSteps(ReadingJob.parse(workerData), (more) => {
    units += more;
    if (units < REPORTED) return;
    parentPort?.postMessage({ kind: 'advance', units } satisfies ThreadMessage);
    units = 0;
  });
  for (;;) {
    const { done, value } = steps.next();
    if (!done) continue;
    if (units > 0) parentPort?.postMessage({ kind: 'advance', units } satisfies ThreadMessage);
    return { kind: 'done', result: value };
  }
}

try {
  parentPort?.postMessage(perform());
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  parentPort?.postMessage({ kind: 'refused', sentence: error.message } satisfies ThreadMessage);
}
