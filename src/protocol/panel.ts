import * as z from 'zod';
import { Advice, AdviceOptions, AdvicePart } from './advice';
import { Answers, AnswersQuestion } from './measure/answers';
import { DatasetInfo } from './dataset';
import { DocsPage } from './docs';
import { Evaluation, Histogram, Progress } from './measure';
import { Packing } from './measure/packing';
import { LevelsStep, WeightLevels } from './measure/levels';
import { WeightSheet } from './measure/sheet';
import { Sensitivity, SensitivityOptions, SensitivityPart } from './measure/sensitivity';
import { Inspection } from './model';
import { NormalizationInUse } from './normalization';
import { Recipe } from './recipe';
import { ParetoCurve } from './pareto';
import { PlanPart, StepPlan } from './plan';
import { plansByRunning, RecipeStep } from './steps';
import { RecordedResults } from './recorded-results';
import { RunEvent, RunResult } from './run';
import { RunRow } from './runs-page';
import { request, type NotificationTable, type RequestTable } from './table';
import { ModelTopology } from './topology';

/** Weights to which a rewind step may go back. */
export const EarlierWeights = z.object({
  /** The file of the checkpoint, absolute, and its place in the workspace for a person. */
  path: z.string(),
  place: z.string(),
  /** The epoch of its training; null for the outcome of a run, and for a checkpoint from elsewhere. */
  epoch: z.number().int().positive().nullable(),
  /** True for the run that wrote the checkpoint of the panel. */
  own: z.boolean(),
});
export type EarlierWeights = z.infer<typeof EarlierWeights>;

/** A job of the page: steps for the panel's checkpoint, and the name of a new folder beside it. */
export const RecipeJob = z.object({
  steps: z.array(RecipeStep).min(1),
  seed: Recipe.shape.seed,
  keepEpochs: Recipe.shape.keepEpochs,
  folder: z.string().min(1),
});
export type RecipeJob = z.infer<typeof RecipeJob>;

/** A part of the page that a command asks for: the prune form, the histogram, the recipe, the evaluation. */
export const PanelFocus = z.enum(['prune', 'weights', 'recipe', 'evaluation']);
export type PanelFocus = z.infer<typeof PanelFocus>;

/** The part to bring into view; steps, if given, become the recipe. */
export const Attention = z.object({ part: PanelFocus, steps: z.array(RecipeStep).optional() });
export type Attention = z.infer<typeof Attention>;

/** The plans of the target step in the run that wrote a checkpoint. */
export const EarlierPlans = z.object({
  curve: ParetoCurve,
  /** The name of the folder of the checkpoint on which that run started; null: it is missing, so no plan can be taken. */
  start: z.string().nullable(),
});
export type EarlierPlans = z.infer<typeof EarlierPlans>;

/** Everything that the page draws. It is the first answer, and each `state` notification repeats it. */
export const PanelState = z.object({
  inspection: Inspection,
  /** False in an untrusted workspace: no training, pruning or evaluation. */
  trusted: z.boolean(),
  /** The dataset in use; null: none, for the reason in `datasetProblem`. */
  dataset: DatasetInfo.nullable(),
  datasetProblem: z.string().optional(),
  /** The normalization of its pixels; null: not known yet, or undecided for the reason in `normalizationProblem`. */
  normalization: NormalizationInUse.nullable(),
  normalizationProblem: z.string().optional(),
  previewSamples: z.number(),
  /** The stored evaluation of exactly these weights, if there is one. */
  evaluation: Evaluation.nullable(),
  /** The kept advice about exactly these weights and this data, if there is one. */
  advice: Advice.nullable().optional(),
  /** In the answer to `ready`: the part to bring into view first. */
  focus: Attention.optional(),
  /** A run of this panel that is going on, or that ended while the page was away; `followRun` joins it. */
  run: RecipeJob.optional(),
  /** The plans among which the checkpoint was chosen. */
  plans: EarlierPlans.optional(),
  /** Measurements of the run that wrote these weights. */
  results: RecordedResults.optional(),
});
export type PanelState = z.infer<typeof PanelState>;

const nothing = z.object({});

/** The requests of the page to the extension host, about the panel's own model. Each can be cancelled. */
export const panelRequests = {
  /** The page is ready. Fails with one sentence if the file is not a checkpoint. */
  ready: request({ params: nothing, result: PanelState, progress: Progress, trust: 'reads' }),
  /** Reads the checkpoint again. */
  reload: request({ params: nothing, result: PanelState, progress: Progress, trust: 'reads' }),
  histogram: request({
    params: z.object({ layers: z.array(z.string().nullable()).min(1), bins: z.number().int() }),
    result: z.array(Histogram),
    trust: 'reads',
  }),
  /** The weights of a layer as a picture. */
  sheet: request({
    params: z.object({ layer: z.string(), tensor: z.string().optional() }),
    result: WeightSheet,
    trust: 'reads',
  }),
  /** Tells how the layers are connected. */
  topology: request({ params: nothing, result: ModelTopology, trust: 'reads' }),
  /** Finds the values that the kernels of a layer would take in a step. */
  levels: request({ params: z.object({ step: LevelsStep, layer: z.string() }), result: WeightLevels, trust: 'reads' }),
  /** Plans one step on the current checkpoint. `download`, `packed`, `moves`: as in the engine's request. */
  plan: request({
    params: z.object({
      step: RecipeStep,
      seed: Recipe.shape.seed,
      download: z.boolean(),
      packed: z.boolean().default(false),
      moves: z.boolean().default(false),
    }),
    result: StepPlan,
    progress: PlanPart,
    trust: ({ step }) => (plansByRunning(step) ? 'runs' : 'reads'),
  }),
  /** Measures accuracy and loss while each layer alone is pruned further and further. */
  sensitivity: request({
    params: z.object({ options: SensitivityOptions, seed: Recipe.shape.seed }),
    result: Sensitivity,
    progress: SensitivityPart,
    trust: 'runs',
  }),
  /** Tells what can be saved in the model, and offers recipes; without data, about sizes and work alone. */
  advise: request({
    params: z.object({ options: AdviceOptions, seed: Recipe.shape.seed }),
    result: Advice,
    progress: AdvicePart,
    trust: 'runs',
  }),
  evaluate: request({ params: nothing, result: Evaluation, progress: Progress, trust: 'runs' }),
  /** Some answers on the split of the evaluation: those of a cell of the confusion matrix or a mistake, or some of all. */
  answers: request({
    params: AnswersQuestion,
    result: Answers,
    progress: Progress,
    trust: 'runs',
  }),
  /** Proposes a free folder name, for example `fashion-cnn-pruned-90`. `sparsity`: the result of a prune step, if known. */
  proposeFolder: request({
    params: z.object({ steps: z.array(RecipeStep).min(1), sparsity: z.number().nullable() }),
    result: z.object({ folder: z.string(), parent: z.string() }),
    trust: 'reads',
  }),
  /** Checks the name of a new folder beside the model. `fault`: one sentence; null if the name is fine. */
  checkFolder: request({
    params: z.object({ folder: z.string().max(10_000) }),
    result: z.object({ fault: z.string().nullable() }),
    trust: 'reads',
  }),
  /** Starts a run that belongs to the panel: it goes on while the page is hidden, and ends when this request is cancelled. */
  run: request({ params: RecipeJob, result: RunResult, progress: RunEvent, trust: 'runs' }),
  /** Joins the run in `PanelState.run`: repeats its events so far, then continues as `run`. */
  followRun: request({ params: nothing, result: RunResult, progress: RunEvent, trust: 'runs' }),
  copyRecipe: request({ params: RecipeJob, result: z.null(), trust: 'reads' }),
  /** Opens the recipe of a job in an editor, as a file that is not saved yet. */
  openRecipe: request({ params: RecipeJob, result: z.null(), trust: 'reads' }),
  /** Asks the person for a dataset; null: the person chose none. */
  chooseData: request({ params: nothing, result: DatasetInfo.nullable(), trust: 'runs' }),
  /** Asks the person for the normalization of the pixels. */
  chooseNormalization: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Opens a written checkpoint in its own panel; the next request evaluates it. */
  openCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'reads' }),
  evaluateCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'runs' }),
  /** Opens the checkpoint on which the run of `PanelState.plans` started. Its recipe becomes the plan at this place of the curve. */
  takePlan: request({ params: z.object({ place: z.number().int().nonnegative() }), result: z.null(), trust: 'reads' }),
  openAsText: request({ params: nothing, result: z.null(), trust: 'reads' }),
  /** The runs that began with this checkpoint or wrote it. */
  ownRuns: request({ params: nothing, result: z.array(RunRow), trust: 'reads' }),
  /** Tells the bytes of the model in a packed file. */
  packing: request({ params: nothing, result: Packing, trust: 'reads' }),
  brotli: request({ params: nothing, result: z.object({ brotliBytes: z.number() }), trust: 'reads' }),
  trustWorkspace: request({ params: nothing, result: z.null(), trust: 'reads' }),
  /** Lists the checkpoints of the workspace to which a rewind step may go back. */
  earlierWeights: request({ params: nothing, result: z.array(EarlierWeights), trust: 'reads' }),
  /** Opens a page of the documentation. */
  openDocs: request({ params: z.object({ page: DocsPage }), result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type PanelRequests = typeof panelRequests;

/** Notifications from the extension host to the page. */
export const panelNotifications = {
  /** Trust, dataset or settings changed. */
  state: PanelState,
  /** The files changed on disk, or are gone. */
  disk: z.object({ change: z.enum(['changed', 'gone']) }),
  /** The engine stopped (with a sentence), or is up again. */
  engine: z.object({ up: z.boolean(), message: z.string() }),
  /** Select and evaluate from a command. */
  showEvaluation: Evaluation,
  /** Bring this part into view and give it the keyboard. */
  focus: Attention,
} satisfies NotificationTable;
export type PanelNotifications = typeof panelNotifications;
