/** The program of a thread that reads or packs large weights, in a bundle of its own. */
import * as z from 'zod';
import { answerJobs } from './answer-jobs';
import { PackedJob, packedSteps } from './checkpoint/packed/packing-job';
import { ReadingJob, readingSteps } from './checkpoint/reading-job';
import { SharingJob, sharingSteps } from './compress/prune/sharing-job';
import { CountingJob, countingSteps } from './measure/counting-job';

answerJobs(z.union([ReadingJob, CountingJob, PackedJob, SharingJob]), (job, advance): Generator<void, unknown> => {
  switch (job.kind) {
    case 'count':
      return countingSteps(job, advance);
    case 'sharing':
      return sharingSteps(job, advance);
    case 'pack':
    case 'decode':
      return packedSteps(job, advance);
    default:
      return readingSteps(job, advance);
  }
});
