/** The program of a thread that reads or packs large weights, in a bundle of its own. */
import { parentPort } from 'node:worker_threads';
import { UserError } from '../protocol/errors';
import * as z from 'zod';
import { PackedJob, packedSteps } from './checkpoint/packed/packing-job';
import { ReadingJob, readingSteps } from './checkpoint/reading-job';
import { CountingJob, countingSteps } from './measure/counting-job';
import type { ThreadMessage } from './thread-job';

/** Units after which the parent hears of them. */
const REPORTED = 8 * 1024 * 1024;

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

const Job = z.union([ReadingJob, CountingJob, PackedJob]);

function stepsOf(job: z.infer<typeof Job>, advance: (units: number) => void): Generator<void, unknown> {
  switch (job.kind) {
    case 'count':
      return countingSteps(job, advance);
    case 'pack':
    case 'decode':
      return packedSteps(job, advance);
    default:
      return readingSteps(job, advance);
  }
}

function perform(given: unknown): ThreadMessage {
  let units = 0;
  const flush = (): void => {
    if (units > 0) tell({ kind: 'advance', units });
    units = 0;
  };
  const steps = stepsOf(Job.parse(given), (more) => {
    units += more;
    if (units >= REPORTED) flush();
  });
  for (;;) {
    const { done, value } = steps.next();
    // Others may wait for what a step did.
    flush();
    if (done) return { kind: 'done', result: value };
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
