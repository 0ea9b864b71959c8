/** The program of a thread that packs models to measure them, in a bundle of its own. */
import { answerJobs } from '../../answer-jobs';
import { PackingJob, packingSteps } from './measuring-job';

answerJobs(PackingJob, packingSteps);
