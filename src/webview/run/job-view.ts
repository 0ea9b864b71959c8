import { percent } from '../../protocol/format';
import type { StudentNow } from '../../protocol/distillation';
import { findStep } from '../../protocol/steps';
import type { Progress, RunClock } from '../../protocol/measure';
import type { MetricValue } from '../../protocol/metric';
import type { RecipeJob } from '../../protocol/panel';
import type { RunEvent, RunResult } from '../../protocol/run';
import type { EpochRecord } from '../../protocol/epoch';
import { t, translated } from '../../protocol/l10n';

/** One point of the live curve; `epoch` has a fraction. */
export interface CurvePoint {
  epoch: number;
  loss: number;
  /** The main metric of the epoch so far. */
  metric: MetricValue;
}

/** The epochs of a student with a teacher, and of the same one without. */
export interface Students {
  /** The training that is going on. */
  readonly now: StudentNow;
  readonly taught: readonly EpochRecord[];
  readonly alone: readonly EpochRecord[];
}

/** A run for the page. */
export interface JobView {
  status: 'running' | 'cancelling' | 'cancelled' | 'failed' | 'done';
  asked: RecipeJob;
  /** The epochs of the current training step, or of the last one. */
  epochs: number;
  step: { index: number; steps: number; name: string } | null;
  progress: Progress | null;
  /** The clock of the whole run, as in the status bar; null before it is known. */
  clock: RunClock | null;
  curve: readonly CurvePoint[];
  records: readonly EpochRecord[];
  /** The epochs of the current pair of students, with a teacher and without; null where a step trains once. */
  students: Students | null;
  /** The sparsity over all kernel weights that gradual pruning has reached in the current step. */
  sparsity: number | null;
  messages: readonly string[];
  result: RunResult | null;
  /** The error of a failed run, as one sentence. */
  problem: string | null;
}

const CURVE_POINTS = 400;
const MESSAGES = 50;

/** A run that was just requested. */
export const startedJob = (asked: RecipeJob): JobView => ({
  status: 'running',
  asked,
  epochs: 0,
  step: null,
  progress: null,
  clock: null,
  curve: [],
  records: [],
  students: null,
  sparsity: null,
  messages: [],
  result: null,
  problem: null,
});

/** Drops every second point of a long curve, but not the last one. */
function thinned(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  return curve.length <= CURVE_POINTS ? curve : curve.filter((_, i) => i % 2 === 0 || i === curve.length - 1);
}

/** Adds a point to the live curve, where there is one. */
const withPoint = (job: JobView, point: CurvePoint | undefined): JobView =>
  point ? { ...job, curve: thinned([...job.curve, point]) } : job;

/** A training step starts a new curve. */
function training(job: JobView, index: number): Partial<JobView> {
  const step = job.asked.steps[index];
  return step && 'epochs' in step ? { epochs: step.epochs, curve: [], records: [], students: null } : {};
}

/** The view of a step that trains several times, when another of its trainings begins: with a new curve. */
function withStudent(job: JobView, now: StudentNow | undefined): JobView {
  if (!now || job.students?.now.index === now.index) return job;
  const same = job.students?.now.seed === now.seed ? job.students : { taught: [], alone: [] };
  return { ...job, curve: [], records: [], students: { ...same, now } };
}

/** Adds an epoch of the current training to those of its pair. */
function withEpoch({ students, ...job }: JobView, record: EpochRecord): JobView {
  const records = [...job.records, record];
  if (!students) return { ...job, students, records };
  const side = students.now.taught ? 'taught' : 'alone';
  return { ...job, records, students: { ...students, [side]: records } };
}

/** The view after an event. */
export function onRunEvent(job: JobView, event: RunEvent): JobView {
  switch (event.kind) {
    case 'step':
      return {
        ...job,
        step: { index: event.index, steps: event.steps, name: event.step },
        progress: null,
        ...training(job, event.index),
        sparsity: null,
      };
    case 'progress':
      return {
        ...withPoint(withStudent(job, event.training?.student), event.training),
        progress: event.progress,
        clock: event.clock ?? job.clock,
      };
    case 'mask':
      return { ...job, sparsity: event.sparsity };
    case 'epoch':
      return withEpoch(withStudent(job, event.student), event.record);
    case 'message':
      return { ...job, messages: [...job.messages, event.text].slice(-MESSAGES) };
    case 'result':
      return job;
  }
}

/** The step and the stage of a run. A stage that starts with the name of its step is shown alone. */
export function stageWords(job: JobView): string {
  if (job.status === 'cancelling') return t('Cancelling\u2026');
  if (!job.step) return t('Starting');
  const title = findStep(job.step.name)?.words.running ?? job.step.name;
  const stage = job.progress?.stage ?? '';
  const repeated = stage.toLowerCase().startsWith(title.toLowerCase());
  const words = repeated
    ? translated(stage).charAt(0).toUpperCase() + translated(stage).slice(1)
    : [title, stage].filter(Boolean).map(translated).join(' \u00b7 ');
  const reached = job.sparsity === null ? '' : t(', {0} sparse', percent(job.sparsity, 1));
  return t('Step {0} of {1}: {2}{3}', job.step.index + 1, job.step.steps, words, reached);
}
