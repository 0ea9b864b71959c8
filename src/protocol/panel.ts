import * as z from 'zod';
import { DatasetInfo } from './dataset';
import { Evaluation, Histogram, Progress } from './measure';
import { Sensitivity, SensitivityOptions, SensitivityPart } from './measure/sensitivity';
import { Inspection } from './model';
import { NormalizationInUse } from './normalization';
import { Recipe } from './recipe';
import { ParetoCurve } from './pareto';
import { PlanPart, StepPlan } from './plan';
import { plansByRunning, RecipeStep } from './steps';
import { RunEvent, RunResult } from './run';
import { request, type NotificationTable, type RequestTable } from './table';

/** What Run & write is told: steps for the panel's checkpoint, and a new folder beside it, by name. */
export const RecipeJob = z.object({
  steps: z.array(RecipeStep).min(1),
  seed: Recipe.shape.seed,
  folder: z.string().min(1),
});
export type RecipeJob = z.infer<typeof RecipeJob>;

/** The part of the page that a command asked for: the prune form, the histogram, the recipe, the evaluation. */
export const PanelFocus = z.enum(['prune', 'weights', 'recipe', 'evaluation']);
export type PanelFocus = z.infer<typeof PanelFocus>;

/** What to bring into view; with steps, they become the recipe. */
export const Attention = z.object({ part: PanelFocus, steps: z.array(RecipeStep).optional() });
export type Attention = z.infer<typeof Attention>;

/** The plans of the target step in the run that wrote a checkpoint. */
export const EarlierPlans = z.object({
  curve: ParetoCurve,
  /** The checkpoint on which that run began, by the name of its folder; null: it is not there, so no plan can be taken. */
  start: z.string().nullable(),
});
export type EarlierPlans = z.infer<typeof EarlierPlans>;

/** Everything the page needs to draw itself; the first answer, and again with each `state`. */
export const PanelState = z.object({
  inspection: Inspection,
  /** Untrusted workspace: no training, pruning or evaluation. */
  trusted: z.boolean(),
  /** The dataset in use; null: none chosen, with the reason. */
  dataset: DatasetInfo.nullable(),
  datasetProblem: z.string().optional(),
  /** How its pixels enter the model; null: not known yet, or a person must say it, with the reason. */
  normalization: NormalizationInUse.nullable(),
  normalizationProblem: z.string().optional(),
  previewSamples: z.number(),
  /** The evaluation kept for these very weights, if there is one. */
  evaluation: Evaluation.nullable(),
  /** In the answer to `ready`: what to bring into view first. */
  focus: Attention.optional(),
  /** A run of this panel that goes on, or ended while the page was away: follow it with `followRun`. */
  run: RecipeJob.optional(),
  /** Where the checkpoint was chosen among plans. */
  plans: EarlierPlans.optional(),
});
export type PanelState = z.infer<typeof PanelState>;

const nothing = z.object({});

/** What the page asks of the extension host; the model is the panel's own. Each can be cancelled. */
export const panelRequests = {
  /** The page is up. Fails with one sentence when the file is no checkpoint. */
  ready: request({ params: nothing, result: PanelState, trust: 'reads' }),
  /** Reads the checkpoint again. */
  reload: request({ params: nothing, result: PanelState, trust: 'reads' }),
  histogram: request({
    params: z.object({ layers: z.array(z.string().nullable()).min(1), bins: z.number().int() }),
    result: z.array(Histogram),
    trust: 'reads',
  }),
  /** What one step would do to each layer of the checkpoint as it is. `download`: as in the engine's request. */
  plan: request({
    params: z.object({ step: RecipeStep, seed: Recipe.shape.seed, download: z.boolean() }),
    result: StepPlan,
    progress: PlanPart,
    trust: ({ step }) => (plansByRunning(step) ? 'runs' : 'reads'),
  }),
  /** Accuracy and loss of each layer as it alone is cut more and more. */
  sensitivity: request({
    params: z.object({ options: SensitivityOptions, seed: Recipe.shape.seed }),
    result: Sensitivity,
    progress: SensitivityPart,
    trust: 'runs',
  }),
  evaluate: request({ params: nothing, result: Evaluation, progress: Progress, trust: 'runs' }),
  /** A folder name that is free, for example `fashion-cnn-pruned-90`. `sparsity`: what a prune step comes to, where that is known. */
  proposeFolder: request({
    params: z.object({ steps: z.array(RecipeStep).min(1), sparsity: z.number().nullable() }),
    result: z.object({ folder: z.string(), parent: z.string() }),
    trust: 'reads',
  }),
  /** What is wrong with a name for a new folder beside the model, as one sentence; null: nothing. */
  checkFolder: request({
    params: z.object({ folder: z.string().max(10_000) }),
    result: z.object({ fault: z.string().nullable() }),
    trust: 'reads',
  }),
  /** Starts a run. It belongs to the panel: it goes on when the page is hidden, and ends when this is cancelled. */
  run: request({ params: RecipeJob, result: RunResult, progress: RunEvent, trust: 'runs' }),
  /** Joins the run named in `PanelState.run`: told again what was told so far, then as `run`. */
  followRun: request({ params: nothing, result: RunResult, progress: RunEvent, trust: 'runs' }),
  copyRecipe: request({ params: RecipeJob, result: z.null(), trust: 'reads' }),
  /** Lets the person choose a dataset; null: nothing was chosen. */
  chooseData: request({ params: nothing, result: DatasetInfo.nullable(), trust: 'runs' }),
  /** Lets the person say how pixels enter the model. */
  chooseNormalization: request({ params: nothing, result: z.null(), trust: 'runs' }),
  /** Opens a checkpoint that was written in a panel of its own, or evaluates it. */
  openCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'reads' }),
  evaluateCheckpoint: request({ params: z.object({ path: z.string() }), result: z.null(), trust: 'runs' }),
  /** Opens the checkpoint on which the run of `PanelState.plans` began, with the plan at this place of the curve as its recipe. */
  takePlan: request({ params: z.object({ place: z.number().int().nonnegative() }), result: z.null(), trust: 'reads' }),
  openAsText: request({ params: nothing, result: z.null(), trust: 'reads' }),
  brotli: request({ params: nothing, result: z.object({ brotliBytes: z.number() }), trust: 'reads' }),
  trustWorkspace: request({ params: nothing, result: z.null(), trust: 'reads' }),
  showLog: request({ params: nothing, result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type PanelRequests = typeof panelRequests;

/** What the extension host tells the page unasked. */
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
