import { percent } from '../../protocol/format';
import { findStep } from '../../protocol/steps';
import type { Progress } from '../../protocol/measure';
import type { RecipeJob } from '../../protocol/panel';
import type { RunClock, RunEvent, RunResult } from '../../protocol/run';
import type { EpochRecord } from '../../protocol/epoch';

/** One point of the live curve; `epoch` with its fraction. */
export interface CurvePoint {
  epoch: number;
  loss: number;
  accuracy: number;
}

/** A run as the page shows it. */
export interface JobView {
  status: 'running' | 'cancelling' | 'cancelled' | 'failed' | 'done';
  asked: RecipeJob;
  /** Of the training step in hand, or the last one. */
  epochs: number;
  step: { index: number; steps: number; name: string } | null;
  progress: Progress | null;
  /** Of the whole run, as the status bar has it; null before it is known. */
  clock: RunClock | null;
  curve: readonly CurvePoint[];
  records: readonly EpochRecord[];
  /** Of all kernel weights, as far as gradual pruning has come in the step in hand. */
  sparsity: number | null;
  messages: readonly string[];
  result: RunResult | null;
  /** One sentence, where it failed. */
  problem: string | null;
}

const CURVE_POINTS = 400;
const MESSAGES = 50;

/** A run that has just been asked for. */
export const startedJob = (asked: RecipeJob): JobView => ({
  status: 'running',
  asked,
  epochs: 0,
  step: null,
  progress: null,
  clock: null,
  curve: [],
  records: [],
  sparsity: null,
  messages: [],
  result: null,
  problem: null,
});

/** Thins a curve that has grown too long to every other point, the last one kept. */
function thinned(curve: readonly CurvePoint[]): readonly CurvePoint[] {
  return curve.length <= CURVE_POINTS ? curve : curve.filter((_, i) => i % 2 === 0 || i === curve.length - 1);
}

/** A step that trains begins a curve of its own. */
function training(job: JobView, index: number): Partial<JobView> {
  const step = job.asked.steps[index];
  return step && 'epochs' in step ? { epochs: step.epochs, curve: [], records: [] } : {};
}

/** The view after one piece of news. */
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
        ...job,
        progress: event.progress,
        clock: event.clock ?? job.clock,
        curve: event.training ? thinned([...job.curve, event.training]) : job.curve,
      };
    case 'mask':
      return { ...job, sparsity: event.sparsity };
    case 'epoch':
      return { ...job, records: [...job.records, event.record] };
    case 'message':
      return { ...job, messages: [...job.messages, event.text].slice(-MESSAGES) };
    case 'result':
      return job;
  }
}

/** Where a run is: its step, and the stage within it; a stage that begins with the name of its step is not said twice. */
export function stageWords(job: JobView): string {
  if (job.status === 'cancelling') return 'Cancelling\u2026';
  if (!job.step) return 'Starting';
  const title = findStep(job.step.name)?.words.running ?? job.step.name;
  const stage = job.progress?.stage ?? '';
  const repeated = stage.toLowerCase().startsWith(title.toLowerCase());
  const words = repeated
    ? stage.charAt(0).toUpperCase() + stage.slice(1)
    : [title, stage].filter(Boolean).join(' \u00b7 ');
  const reached = job.sparsity === null ? '' : `, ${percent(job.sparsity, 1)} sparse`;
  return `Step ${job.step.index + 1} of ${job.step.steps}: ${words}${reached}`;
}
