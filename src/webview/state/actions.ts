import { batch, signal } from '@preact/signals';
import { CancelledError } from '../../protocol/errors';
import { mainMetric, mainText } from '../../protocol/metric';
import type { Attention, PanelState, RecipeJob } from '../../protocol/panel';
import type { RunEvent, RunResult } from '../../protocol/run';
import { percent, plural } from '../../protocol/format';
import type { CallOptions } from '../../rpc/peer';
import { asJson } from '../../protocol/json';
import { t, translated } from '../../protocol/l10n';
import { onRunEvent, startedJob, type JobView } from '../run/job-view';
import { ask, onHost } from './host';
import { loadHistograms } from './histograms';
import { askAgain, forgetPreview } from './preview';
import { replaceSteps } from './recipe';
import * as session from './session';
import { bringIntoView } from './view';

const sentence = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The error of a small action (copy, open), as one sentence. */
export const actionProblem = signal<string | null>(null);

/** Runs a small action and shows its error beside the buttons. */
export async function attempt(action: () => Promise<unknown>): Promise<void> {
  actionProblem.value = null;
  try {
    await action();
  } catch (error) {
    if (!(error instanceof CancelledError)) actionProblem.value = sentence(error);
  }
}

function take(state: PanelState): void {
  const before = session.panel.value;
  const same = before?.inspection.weightsHash === state.inspection.weightsHash;
  batch(() => {
    session.panel.value = state;
    session.phase.value = { kind: 'open' };
    if (same) return;
    session.histograms.value = new Map();
    forgetPreview();
    const names = new Set(state.inspection.layers.map((layer) => layer.name));
    if (session.selected.value !== null && !names.has(session.selected.value)) {
      session.selected.value = null;
      session.scope.value = 'global';
    }
    const layers = Object.entries(session.amounts.value.layers).filter(([name]) => names.has(name));
    session.amounts.value = { ...session.amounts.value, layers: Object.fromEntries(layers) };
  });
  if (!same || session.histogramProblem.value !== null) void loadHistograms();
  // This page shows a run that was started before it.
  if (state.run && !session.job.value) void followJob(state.run, (options) => ask('followRun', {}, options));
}

let opening: AbortController | undefined;

/** Stops reading the checkpoint. */
export const cancelOpening = (): void => opening?.abort();

/** Opens the checkpoint, or reads it again. */
export async function open(how: 'ready' | 'reload'): Promise<void> {
  const abort = (opening = new AbortController());
  if (!session.panel.value) session.phase.value = { kind: 'loading', text: t('Reading the checkpoint\u2026') };
  try {
    const state = await ask(
      how,
      {},
      {
        signal: abort.signal,
        onProgress: (progress) => {
          if (opening === abort) session.reading.value = progress;
        },
      },
    );
    session.disk.value = null;
    take(state);
    if (state.focus) attend(state.focus);
  } catch (error) {
    // The earlier state stays; the banner explains why it is not new.
    if (session.panel.value && session.phase.value.kind === 'open')
      session.disk.value = { change: session.disk.value?.change ?? 'changed', problem: whyNotRead(error) };
    else session.phase.value = { kind: 'failed', sentence: whyNotRead(error) };
  } finally {
    if (opening === abort) session.reading.value = null;
  }
}

const whyNotRead = (error: unknown): string =>
  error instanceof CancelledError ? t('The checkpoint was not read, because you cancelled that.') : sentence(error);

/** After a stop of the engine: asks again for everything that is missing, which starts a new engine. */
export async function retry(): Promise<void> {
  session.engine.value = null;
  if (session.phase.value.kind !== 'open') {
    await open('ready');
    return;
  }
  askAgain();
  await loadHistograms();
}

let evaluation: AbortController | undefined;

/** Evaluates the current checkpoint. */
export async function evaluate(): Promise<void> {
  if (session.evaluating.value || session.cannotEvaluate.value !== null) return;
  const abort = (evaluation = new AbortController());
  batch(() => {
    session.evaluating.value = { progress: null };
    session.evaluationProblem.value = null;
    session.tab.value = 'evaluation';
  });
  try {
    const result = await ask(
      'evaluate',
      {},
      { signal: abort.signal, onProgress: (progress) => (session.evaluating.value = { progress }) },
    );
    showEvaluation(result);
  } catch (error) {
    if (!(error instanceof CancelledError)) session.evaluationProblem.value = sentence(error);
  } finally {
    session.evaluating.value = null;
  }
}

export const cancelEvaluation = (): void => evaluation?.abort();

function showEvaluation(result: NonNullable<PanelState['evaluation']>): void {
  if (session.panel.value) session.panel.value = { ...session.panel.value, evaluation: result };
  session.announcement.value = t(
    '{0} {1} on {2}.',
    translated(mainMetric(result.metrics).title),
    mainText(result.metrics, 1),
    plural(result.samples, 'example'),
  );
}

let running: AbortController | undefined;
/** The job of the current run, for "Copy as recipe". */
export const jobAsked = signal<RecipeJob | null>(null);

const update = (change: (job: JobView) => JobView): void => {
  if (session.job.value) session.job.value = change(session.job.value);
};

/** Runs steps on the checkpoint into a new folder. The run is shown in the tab that is open. */
export function run(job: RecipeJob): Promise<void> {
  session.runFrom.value = session.tab.value;
  return followJob(job, (options) => ask('run', job, options));
}

async function followJob(
  asked: RecipeJob,
  call: (options: CallOptions<RunEvent>) => Promise<RunResult>,
): Promise<void> {
  const abort = (running = new AbortController());
  batch(() => {
    jobAsked.value = asked;
    actionProblem.value = null;
    session.job.value = startedJob(asked);
  });
  try {
    const result = await call({
      signal: abort.signal,
      onProgress: (event) => update((job) => onRunEvent(job, event)),
    });
    update((job) => ({ ...job, status: 'done', result }));
    session.announcement.value = t(
      'Done: {0} was written, {1} sparse.',
      asked.folder,
      percent(result.after.sparsity, 1),
    );
  } catch (error) {
    if (error instanceof CancelledError) update((job) => ({ ...job, status: 'cancelled' }));
    else update((job) => ({ ...job, status: 'failed', problem: sentence(error) }));
  }
}

/** Stops the run; nothing half-written stays. */
export function cancelJob(): void {
  running?.abort();
  update((job) => ({ ...job, status: 'cancelling' }));
}

/** Hides a run that has ended. */
export function dismissJob(): void {
  if (session.job.value?.status !== 'running') session.job.value = null;
}

/** Asks the person for a dataset; a `state` notification follows. */
export const chooseData = (): Promise<void> => attempt(() => ask('chooseData', {}));

/** Asks the person for the normalization of the pixels. */
export const chooseNormalization = (): Promise<void> => attempt(() => ask('chooseNormalization', {}));

function attend({ part, steps }: Attention): void {
  if (steps) replaceSteps(steps.map(asJson));
  bringIntoView(part);
}

/** Listens to the extension host. */
export function followHost(): void {
  onHost('state', take);
  onHost('disk', ({ change }) => (session.disk.value = { change }));
  onHost('focus', attend);
  onHost('engine', (news) => {
    if (!news.up) session.engine.value = news;
    else if (session.engine.value) {
      session.engine.value = news;
      void retryQuietly(news);
    }
  });
  onHost('showEvaluation', (result) => {
    showEvaluation(result);
    bringIntoView('evaluation');
  });
}

/** Milliseconds for which a person can read that the engine is up again. */
const READ_WITHIN = 3000;

/** After the engine restarts by itself: asks again for lost answers, then removes the banner. */
async function retryQuietly(news: { readonly up: boolean; readonly message: string }): Promise<void> {
  const read = new Promise((resolve) => setTimeout(resolve, READ_WITHIN));
  if (session.phase.value.kind === 'open') askAgain();
  else await open('ready');
  await loadHistograms();
  await read;
  if (session.engine.value === news && session.histogramProblem.value === null) session.engine.value = null;
}
