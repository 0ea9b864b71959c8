import { randomUUID } from 'node:crypto';
import { t } from '../../protocol/l10n';
import { CancelledError } from '../../protocol/errors';
import type { RunEvent, RunResult } from '../../protocol/run';
import type { EngineProcess } from '../../child/engine-process';
import { topmostMissing } from '../../disk/paths';
import { Listeners } from '../listeners';
import { inDetail, type Log } from '../log';
import type { ActiveRuns } from './active-runs';
import { InterruptedError, RunJob, type RunRequest } from './run-job';

/** Milliseconds that an engine has to end a cancelled run before it is stopped. */
const CANCEL_PATIENCE = 1_500;

/** Runs recipes, each in its own engine process, so that the end of one harms nothing else. */
export class RunService {
  readonly started = new Listeners<RunJob>();
  readonly ended = new Listeners<RunJob>();
  private readonly jobs = new Map<string, RunJob>();
  private readonly engines = new Set<EngineProcess>();
  private closing = false;

  constructor(
    private readonly create: () => EngineProcess,
    private readonly active: ActiveRuns,
    private readonly log: Log,
    /** Removes the files that a killed run left in a folder that it had made. */
    private readonly discard: (folder: string, made: string) => Promise<unknown>,
  ) {}

  /** The runs that are going on, oldest first. */
  get running(): RunJob[] {
    return [...this.jobs.values()];
  }

  find(id: string): RunJob | undefined {
    return this.jobs.get(id);
  }

  /** Starts a run. It stays in the list of active runs until it ends; if the window closes first, it stays there. */
  start(request: RunRequest): RunJob {
    const id = randomUUID();
    this.log.info(`${request.title}: run ${id} into ${request.out}`);
    const job = new RunJob(id, request, (signal, report) => this.work(id, request, signal, report));
    this.jobs.set(id, job);
    this.started.fire(job);
    void job.finished.then((outcome) => {
      this.jobs.delete(id);
      const detail = outcome.kind === 'failed' ? `: ${inDetail(outcome.error)}` : '';
      this.log.info(`${request.title}: run ${id} ${outcome.kind}${detail}`);
      this.ended.fire(job);
    });
    return job;
  }

  /** Ends all runs because the window closes; the next start offers to resume them. */
  async dispose(): Promise<void> {
    this.closing = true;
    await Promise.all([...this.engines].map((engine) => engine.stop(t('The window is closing.'))));
  }

  private async work(
    id: string,
    { title, recipe, baseFolder, out, resume }: RunRequest,
    signal: AbortSignal,
    report: (event: RunEvent) => void,
  ): Promise<RunResult> {
    const engine = this.create();
    this.engines.add(engine);
    let interrupted = false;
    const made = topmostMissing(out);
    const giveUp = (): void => {
      setTimeout(() => void engine.stop(t('The run was cancelled.'), 0), CANCEL_PATIENCE).unref();
    };
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await this.active.add({ id, title, recipe, baseFolder, out });
      await engine.ready;
      return await engine.call('run', { recipe, baseFolder, out, resume }, { signal, onProgress: report });
    } catch (error) {
      if (signal.aborted) throw new CancelledError();
      interrupted = engine.hasCrashed;
      if (interrupted)
        throw new InterruptedError(error instanceof Error ? error.message : String(error), { cause: error });
      throw error;
    } finally {
      signal.removeEventListener('abort', giveUp);
      if (!this.closing && !interrupted) await this.active.remove(id);
      await engine.stop(t('The run has ended.'));
      if (engine.hasIgnoredCancel && made !== undefined)
        await this.discard(out, made).catch((error: unknown) =>
          this.log.warn(`${out} was not cleaned: ${inDetail(error)}`),
        );
      this.engines.delete(engine);
    }
  }
}
