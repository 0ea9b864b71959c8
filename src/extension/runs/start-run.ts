import type { Services } from '../services';
import { requireTrust } from '../trust';
import { announceRun } from './announce';
import type { RunJob, RunRequest } from './job';
import { showRunProgress } from './show-progress';

/** Starts a run that has no page of its own: a notification shows how far it is. */
export function startRun(services: Services, request: RunRequest): RunJob {
  const job = startQuietly(services, request, () => false);
  showRunProgress(job);
  return job;
}

/** Starts a run whose progress a page shows; `isShown` tells whether that page is there to show the end of it too. */
export function startQuietly(services: Services, request: RunRequest, isShown: () => boolean): RunJob {
  const { title, recipe, baseFolder, out, resume } = request;
  requireTrust('Changing a model');
  const job = services.runs.start({ title, recipe, baseFolder, out, resume });
  void announceRun(services, job, isShown).then((goOn) => {
    if (goOn) startRun(services, { ...job.request, resume: true });
  });
  return job;
}
