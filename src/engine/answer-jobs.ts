import { parentPort } from 'node:worker_threads';
import type * as z from 'zod';
import { UserError } from '../protocol/errors';
import type { SharedWork, ThreadMessage } from './thread-job';

/** Units after which the parent hears of them. */
const REPORTED = 8 * 1024 * 1024;

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

/** Does the jobs that the parent of this thread sends, one after another, see `inThreads`. */
export function answerJobs<J>(schema: z.ZodType<J>, steps: SharedWork<J, unknown>['steps']): void {
  const perform = (job: J): ThreadMessage => {
    let units = 0;
    const flush = (): void => {
      if (units > 0) tell({ kind: 'advance', units });
      units = 0;
    };
    const work = steps(job, (more) => {
      units += more;
      if (units >= REPORTED) flush();
    });
    for (;;) {
      const { done, value } = work.next();
      // Others may wait for what a step did.
      flush();
      if (done) return { kind: 'done', result: value };
    }
  };
  parentPort?.on('message', (given: unknown) => {
    try {
      tell(perform(schema.parse(given)));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      tell({ kind: 'refused', sentence: error.message });
    }
  });
}
