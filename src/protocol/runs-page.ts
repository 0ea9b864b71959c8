import * as z from 'zod';
import { Split } from './dataset';
import { t } from './l10n';
import { Progress } from './measure';
import { MetricValue, MetricValues } from './metric';
import { ModelTotals } from './model';
import { Recipe } from './recipe';
import { RunNotes } from './run-notes';
import { request, type NotificationTable, type RequestTable } from './table';

/** A checkpoint in the chart of runs. */
export const ChartedModel = z.object({
  /** Absolute path of its model.json or packed file. */
  path: z.string(),
  /** Its folder as the workspace names it. */
  name: z.string(),
  totals: ModelTotals.pick({ bytes: true, gzipBytes: true, packedBytes: true, estimated: true, params: true, nonzero: true, macs: true, sparsity: true }), // prettier-ignore
  /** The last measured metrics, the main one first; null where nothing was measured. */
  metrics: MetricValues.nullable(),
  split: Split,
  /** True where they were measured on the small sample that ships. */
  sampleData: z.boolean(),
});
export type ChartedModel = z.infer<typeof ChartedModel>;

/** The checkpoint that a run began with; `path` is null if that is gone. */
export const StartModel = z.object({ name: z.string(), path: z.string().nullable() });
export type StartModel = z.infer<typeof StartModel>;

/** A run in a table. */
export const RunRow = z.object({
  /** Absolute path. */
  folder: z.string(),
  /** The folder as the workspace names it. */
  name: z.string(),
  state: z.enum(['finished', 'unfinished', 'damaged', 'running']),
  /** One sentence, if it is damaged. */
  problem: z.string().optional(),
  /** Its end, or the last change of its files while there is none; ISO 8601. */
  when: z.string(),
  /** Null: random weights, or not known. */
  start: StartModel.nullable(),
  data: z.string().nullable(),
  /** Each step in a few words. */
  steps: z.array(z.string()),
  /** Its duration; null if it has not ended. */
  seconds: z.number().nullable(),
  ...RunNotes.shape,
  /** Its outcome; null if there is none. */
  model: ChartedModel.nullable(),
});
export type RunRow = z.infer<typeof RunRow>;

/** The state of a run in one word. */
export function stateWords(state: RunRow['state']): string {
  const words = { finished: t('finished'), unfinished: t('unfinished'), damaged: t('damaged'), running: t('running') };
  return words[state];
}

/** The course of a training: the epochs of all its steps, counted on. */
export const RunCurve = z.array(
  z.object({ epoch: z.number(), loss: z.number(), validation: MetricValue, test: MetricValue.optional() }),
);
export type RunCurve = z.infer<typeof RunCurve>;

/** Recipe and training of a chosen run. */
export const RunDetails = z.object({
  folder: z.string(),
  /** Its files as the workspace names them, so that recipes of several folders can be compared. */
  recipe: Recipe.nullable(),
  curve: RunCurve,
});
export type RunDetails = z.infer<typeof RunDetails>;

/** Actions on a run; each is a command of the editor. */
export const RunAction = z.enum(['evaluate', 'compare', 'resume', 'reveal', 'rename', 'delete']);
export type RunAction = z.infer<typeof RunAction>;

/** The context of a row for the menus of the editor, which give it to their commands. */
export const RunContext = z.object({
  secateurRun: RunRow.shape.state,
  /** True if its checkpoint can be opened. */
  secateurRunHasModel: z.boolean(),
  runFolder: z.string(),
});
export type RunContext = z.infer<typeof RunContext>;

export const runContext = ({ folder, state, model }: RunRow): RunContext => ({
  ...{ secateurRun: state, secateurRunHasModel: model !== null, runFolder: folder },
});

/** The runs of the workspace, from their results; and the paths of checkpoints that no run wrote. */
export const FoundRuns = z.object({ runs: z.array(RunRow), others: z.array(z.string()) });
export type FoundRuns = z.infer<typeof FoundRuns>;

const nothing = z.object({});

/** The requests of every table of runs. A page may ask about runs of the workspace, and about no other folder. */
export const runTableRequests = {
  details: request({
    params: z.object({ folders: z.array(z.string()).min(1).max(50) }),
    result: z.array(RunDetails),
    trust: 'reads',
  }),
  /** Writes tags and note into the folder of a run. */
  noteRun: request({ params: RunNotes.extend({ folder: z.string() }), result: z.null(), trust: 'runs' }),
  /** Starts a command, which shows its own questions, progress and errors. `compare`: up to two runs, the others: one. */
  actOnRun: request({
    params: z.object({ action: RunAction, folders: z.array(z.string()).min(1).max(2) }),
    result: z.null(),
    trust: 'reads',
  }),
} satisfies RequestTable;
export type RunTableRequests = typeof runTableRequests;

/** A notification to every page: the runs of the workspace changed. */
export const runsNotifications = { runsChanged: nothing } satisfies NotificationTable;
export type RunsNotifications = typeof runsNotifications;

/** The requests of the chart of runs to the extension host. */
export const runsRequests = {
  runs: request({ params: nothing, result: FoundRuns, trust: 'reads' }),
  /** Reads one of those other checkpoints. */
  checkpoint: request({ params: z.object({ path: z.string() }), result: ChartedModel, trust: 'reads' }),
  /** Times forward passes of one example, model by model: medians in milliseconds; null where a model cannot run. */
  latencies: request({
    params: z.object({ paths: z.array(z.string()).min(1) }),
    result: z.array(z.object({ path: z.string(), milliseconds: z.number().nullable() })),
    progress: Progress,
    trust: 'runs',
  }),
  openCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type RunsRequests = typeof runsRequests;
