import { t } from '../../protocol/l10n';
import type { HandlerContext } from '../../rpc/peer';
import type { RecipeJob } from '../../protocol/panel';
import type { RunEvent, RunResult } from '../../protocol/run';
import { UserError } from '../../protocol/errors';
import type { RunJob } from '../runs/run-job';

/** The run of one panel. It outlives the page, which may leave it and join it again. */
export class PanelRun {
  private current: { asked: RecipeJob; job: RunJob } | undefined;

  /** The requested job, until a page has seen its end. */
  get asked(): RecipeJob | undefined {
    return this.current?.asked;
  }

  /** The run that is going on. */
  get running(): RunJob | undefined {
    return this.current && !this.current.job.outcome ? this.current.job : undefined;
  }

  /** @throws UserError if a run is going on */
  refuseSecond(): void {
    if (this.running)
      throw new UserError(t('This panel is writing a checkpoint: wait until it is done, or cancel it first.'));
  }

  set(asked: RecipeJob, job: RunJob): void {
    this.current = { asked, job };
  }

  /**
   * Lets a page follow the run to its end. A page that cancels cancels the run; if the page goes away (`isGone`), the run
   * continues.
   */
  async follow({ signal, report }: HandlerContext<RunEvent>, isGone: () => boolean): Promise<RunResult> {
    const { current } = this;
    if (!current) throw new UserError(t('No run is going on in this panel.'));
    const onAbort = (): void => {
      if (!isGone()) current.job.cancel();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      return await current.job.follow(report);
    } finally {
      signal.removeEventListener('abort', onAbort);
      if (!isGone() && this.current === current) this.current = undefined;
    }
  }
}
