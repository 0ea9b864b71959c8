import { t } from '../../protocol/l10n';
import { requireTrust } from '../trust';
import { announceRun, type AnnouncementTools } from './announce';
import type { RunJob, RunRequest } from './run-job';
import type { RunService } from './run-service';
import { showRunProgress } from './show-progress';

/** Starts runs for a person: shows their progress and announces their end. */
export class RunStarter {
  constructor(
    private readonly runs: RunService,
    private readonly tools: AnnouncementTools,
  ) {}

  /** Starts a run that has no page of its own; a notification shows its progress. @throws UserError without trust */
  start(request: RunRequest): RunJob {
    const job = this.startQuietly(request, () => false);
    showRunProgress(job);
    return job;
  }

  /**
   * Starts a run whose progress a page shows.
   * @param isShown tells at the end of the run whether the page still shows it
   * @throws UserError without trust
   */
  startQuietly(request: RunRequest, isShown: () => boolean): RunJob {
    const { title, recipe, baseFolder, out, resume } = request;
    requireTrust(t('Changing a model'));
    const job = this.runs.start({ title, recipe, baseFolder, out, resume });
    void announceRun(this.tools, job, isShown).then((goOn) => {
      if (goOn) this.start({ ...job.request, resume: true });
    });
    return job;
  }
}
