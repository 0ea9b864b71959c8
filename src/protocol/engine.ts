import * as z from 'zod';
import { DataReference, DatasetInfo, Split } from './dataset';
import { Evaluation, Histogram, Progress } from './measure';
import { Comparison } from './measure/compare';
import { Latency, LatencyOptions } from './measure/latency';
import { Sensitivity, SensitivityOptions, SensitivityPart } from './measure/sensitivity';
import { InputShape, Inspection } from './model';
import { Recipe } from './recipe';
import { NormalizationInUse, NormalizationTrial } from './normalization';
import { PlanPart, StepPlan } from './plan';
import { RunEvent, RunResult } from './run';
import { plansByRunning, RecipeStep } from './steps';
import { request, type RequestTable } from './table';

/** Which library computes; `auto`: the faster of those that are there. */
export const BackendChoice = z.enum(['auto', 'onnxruntime', 'tensorflow']);
export type BackendChoice = z.infer<typeof BackendChoice>;

/** What an engine is told when it starts; folders are absolute. */
export const EngineSettings = z.object({
  /** Folder with the IDX files of `fashion-mnist`, from the person's setting or `--data`. */
  dataFolder: z.string().optional(),
  /** Folder of the sample that ships. */
  sampleFolder: z.string(),
  /** Where downloads are kept. */
  cacheFolder: z.string(),
  /** Threads of the native library; 0: one for each core. */
  threads: z.number().int().min(0).max(256),
  backend: BackendChoice.default('auto'),
  /** A folder in which `@tensorflow/tfjs-node` is installed; by default wherever Node finds it from the engine. */
  tensorflowPath: z.string().optional(),
});
export type EngineSettings = z.infer<typeof EngineSettings>;

export const EngineInfo = z.object({
  version: z.string(),
  pid: z.number(),
  node: z.string(),
  backend: z.object({ name: z.string(), version: z.string(), threads: z.number() }),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** How the pixels of a dataset enter a model: found, not to be told without a person, or of no use for the model. */
export const NormalizationAnswer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('found'), normalization: NormalizationInUse }),
  z.object({ kind: z.literal('undecided'), sentence: z.string(), trial: NormalizationTrial }),
  z.object({ kind: z.literal('none'), reason: z.string() }),
]);
export type NormalizationAnswer = z.infer<typeof NormalizationAnswer>;

/** A checkpoint by the absolute path of its model.json. */
const model = z.string().min(1);

/** The requests that an engine serves. `initialize` comes first. Each can be cancelled. */
export const engineRequests = {
  initialize: request({ params: EngineSettings, result: EngineInfo, trust: 'reads' }),
  inspect: request({
    params: z.object({ model, brotli: z.boolean().default(false), inputShape: InputShape.optional() }),
    result: Inspection,
    trust: 'reads',
  }),
  /** One histogram for each of `layers`; a null in it stands for the prunable kernels of all layers together. */
  histogram: request({
    params: z.object({
      model,
      layers: z.array(z.string().nullable()).min(1),
      bins: z.number().int().min(8).max(512).default(96),
    }),
    result: z.array(Histogram),
    trust: 'reads',
  }),
  dataset: request({ params: z.object({ data: DataReference }), result: DatasetInfo, trust: 'runs' }),
  /** Tries, where nothing else tells it; what was found is kept as long as the checkpoint is. */
  normalization: request({
    params: z.object({ model, data: DataReference, download: z.boolean().default(true) }),
    result: NormalizationAnswer,
    progress: Progress,
    trust: 'runs',
  }),
  evaluate: request({
    params: z.object({
      model,
      data: DataReference,
      /** By default the one that reports measure. */
      split: Split.optional(),
      samples: z.number().int().positive().optional(),
    }),
    result: Evaluation,
    progress: Progress,
    trust: 'runs',
  }),
  /**
   * What one step would come to; nothing is written. The counts come as the first part, the bytes as the second, accuracy with
   * the answer.
   */
  plan: request({
    params: z.object({
      model,
      step: RecipeStep,
      /** The recipe's seed, for random scores. */
      seed: z.number().int().min(0).max(0x7fffffff).default(0),
      data: DataReference.optional(),
      /** Validation images on which accuracy is measured. */
      samples: z.number().int().min(1).max(100_000).default(1000),
      /** What relative paths in the step start from; by default the folder of the model. */
      baseFolder: z.string().optional(),
      /** Whether data that is not on this machine is fetched; else there is no accuracy. */
      download: z.boolean().default(true),
    }),
    result: StepPlan,
    progress: PlanPart,
    // Counts and bytes are arithmetic on the weights; scores from images and accuracy need the network.
    trust: ({ step, data }) => (data === undefined && !plansByRunning(step) ? 'reads' : 'runs'),
  }),
  /**
   * The sensitivity of each layer, on validation images. With `out`, a folder made if need be, the points are kept there as
   * they come and those of an earlier scan with the same model, data and options are used again; at the end it holds
   * `sensitivity.json` and `sensitivity.csv`.
   */
  sensitivity: request({
    params: z.object({
      model,
      data: DataReference,
      options: SensitivityOptions.default(SensitivityOptions.parse({})),
      /** The recipe's seed, for random scores. */
      seed: z.number().int().min(0).max(0x7fffffff).default(0),
      out: z.string().min(1).optional(),
    }),
    result: Sensitivity,
    progress: SensitivityPart,
    trust: 'runs',
  }),
  /** Times of forward passes of a model, or of two in turns. */
  latency: request({
    params: z.object({
      model,
      other: model.optional(),
      inputShape: InputShape.optional(),
      options: LatencyOptions.default(LatencyOptions.parse({})),
    }),
    result: Latency,
    progress: Progress,
    trust: 'runs',
  }),
  /** Two models side by side; with data, both evaluated. */
  compare: request({
    params: z.object({
      a: model,
      b: model,
      data: DataReference.optional(),
      /** For b, where its pixels are to be normalized in another way. */
      otherData: DataReference.optional(),
      split: Split.optional(),
      samples: z.number().int().positive().optional(),
      bins: z.number().int().min(8).max(512).default(64),
    }),
    result: Comparison,
    progress: Progress,
    trust: ({ data, otherData }) => (data === undefined && otherData === undefined ? 'reads' : 'runs'),
  }),
  /** `baseFolder`: what relative paths in the recipe start from. `out`: the run's folder, made if need be. */
  run: request({
    params: z.object({ recipe: Recipe, baseFolder: z.string(), out: z.string(), resume: z.boolean().default(false) }),
    result: RunResult,
    progress: RunEvent,
    trust: 'runs',
  }),
  /**
   * Removes what a run that was killed left in the folder that it had made, unless it has whole epochs or is done.
   * `made`: the topmost folder that it had to make; its own where that is left out.
   */
  discard: request({
    params: z.object({ out: z.string(), made: z.string().optional() }),
    result: z.null(),
    trust: 'runs',
  }),
  /** Forgets what is held of a checkpoint. */
  release: request({ params: z.object({ model }), result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type EngineRequests = typeof engineRequests;
