import * as z from 'zod';
import { Advice, AdviceOptions, AdvicePart } from './advice';
import { BACKENDS } from './backends';
import { DataDescription } from './data-description';
import { DataExamples, ExamplesQuestion } from './data-examples';
import { DataReference, DatasetInfo, Split } from './dataset';
import { Answers, AnswersQuestion } from './measure/answers';
import { Evaluation, Histogram, Progress } from './measure';
import { Comparison } from './measure/compare';
import { LevelsStep, WeightLevels } from './measure/levels';
import { WeightSheet } from './measure/sheet';
import { Latency, LatencyOptions } from './measure/latency';
import { PackedHistory, PackedSizes, Packing, SmallWeights } from './measure/packing';
import { Sensitivity, SensitivityOptions, SensitivityPart } from './measure/sensitivity';
import { InputShape, Inspection, ModelEnds } from './model';
import { Recipe } from './recipe';
import { NormalizationInUse, NormalizationTrial } from './normalization';
import { PlanPart, StepPlan } from './plan';
import { RunEvent, RunResult } from './run';
import { plansByRunning, RecipeStep } from './steps';
import { request, type RequestTable } from './table';
import { ModelTopology } from './topology';

/** The settings that an engine starts with; folders are absolute. */
export const EngineSettings = z.object({
  /** The place of data from the person's setting: it stands for `fashion-mnist`, and other datasets by name are looked for in it. */
  dataFolder: z.string().optional(),
  /** Folder of the sample that ships. */
  sampleFolder: z.string(),
  /** The folder for downloads. */
  cacheFolder: z.string(),
  /** The folder that keeps figures of large checkpoints; without it they are computed by each engine. */
  figuresFolder: z.string().optional(),
  /** Threads of the native library; 0 means one per core. */
  threads: z.number().int().min(0).max(256),
  backend: z.enum(BACKENDS).default('auto'),
  /** A folder in which `@tensorflow/tfjs-node` is installed. By default Node searches from the engine's folder. */
  tensorflowPath: z.string().optional(),
  /** A module that registers layers: it runs before the first request that needs trust. */
  layers: z.string().optional(),
});
export type EngineSettings = z.infer<typeof EngineSettings>;

export const EngineInfo = z.object({
  version: z.string(),
  pid: z.number(),
  node: z.string(),
  backend: z.object({ name: z.string(), version: z.string(), threads: z.number() }),
});
export type EngineInfo = z.infer<typeof EngineInfo>;

/** The normalization of a dataset for a model: found, undecided until a person chooses, or not applicable to the model. */
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
    params: z.object({
      model,
      brotli: z.boolean().default(false),
      /** Compute what a packed file would take; slow for large models. */
      packed: z.boolean().default(false),
      /** Measure gzip and the packed file of large weights too, where samples of them would do. */
      exact: z.boolean().default(false),
      inputShape: InputShape.optional(),
    }),
    result: Inspection,
    /** While large weights are read. */
    progress: Progress,
    trust: 'reads',
  }),
  /** Returns one histogram for each entry of `layers`; null stands for the prunable kernels of all layers together. */
  histogram: request({
    params: z.object({
      model,
      layers: z.array(z.string().nullable()).min(1),
      bins: z.number().int().min(8).max(512).default(96),
    }),
    result: z.array(Histogram),
    trust: 'reads',
  }),
  /** The weights of a layer as a picture. `tensor`: by default its first kernel. */
  sheet: request({
    params: z.object({ model, layer: z.string(), tensor: z.string().optional() }),
    result: WeightSheet,
    trust: 'reads',
  }),
  /** Tells how layers or operations are connected, and which channels are coupled. */
  topology: request({ params: z.object({ model }), result: ModelTopology, trust: 'reads' }),
  /** Finds the values that the kernels of a layer would take in a step, before anything is written. */
  levels: request({
    params: z.object({ model, step: LevelsStep, layer: z.string() }),
    result: WeightLevels,
    trust: 'reads',
  }),
  /** Tells what Secateur sees in data, and how it will take it. */
  describeData: request({ params: z.object({ data: DataReference }), result: DataDescription, trust: 'runs' }),
  /** The names of the columns of a table, which tell even where their roles are not known yet; empty for other data. */
  dataColumns: request({ params: z.object({ data: DataReference }), result: z.array(z.string()), trust: 'runs' }),
  /** The names of the inputs and outputs of a model, as arrays of data are called. */
  ends: request({ params: z.object({ model }), result: ModelEnds, trust: 'runs' }),
  /** Some examples of data to look at, pictures as they enter a network. */
  examples: request({ params: ExamplesQuestion, result: DataExamples, trust: 'runs' }),
  /** Opens data and tells its facts. `download`: data with a name is fetched where this machine does not have it. */
  dataset: request({
    params: z.object({ data: DataReference, download: z.boolean().default(false) }),
    result: DatasetInfo,
    progress: Progress,
    trust: 'runs',
  }),
  /**
   * Finds the normalization, by trial if nothing else tells it. The engine keeps the answer as long as the checkpoint.
   * `trial`: common ones are tried in any case, as evidence.
   */
  normalization: request({
    params: z.object({
      ...{ model, data: DataReference },
      ...{ download: z.boolean().default(true), trial: z.boolean().default(false) },
    }),
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
  /** Some answers on a split, beside what is true: those of a cell of the confusion matrix or a mistake, or some of all. */
  answers: request({
    params: z.object({
      model,
      data: DataReference,
      /** By default the one that reports measure. */
      split: Split.optional(),
      ...AnswersQuestion.shape,
    }),
    result: Answers,
    progress: Progress,
    trust: 'runs',
  }),
  /**
   * Plans one step and writes nothing. The first part carries the counts, the second the bytes; the answer carries the
   * accuracy.
   */
  plan: request({
    params: z.object({
      model,
      step: RecipeStep,
      /** The recipe's seed; it decides random scores. */
      seed: z.number().int().min(0).max(0x7fffffff).default(0),
      data: DataReference.optional(),
      /** The number of validation examples on which it is measured. */
      samples: z.number().int().min(1).max(100_000).default(1000),
      /** The folder that relative paths of the step start from; by default the folder of the model. */
      baseFolder: z.string().optional(),
      /** Download data that is not on this machine. If false, such data gives no accuracy. */
      download: z.boolean().default(true),
      /** Pack the model before and after in memory too, at the end; the size of a large one is estimated. */
      packed: z.boolean().default(false),
      /** Plans with other amounts follow: the weights of a large model are put in order for them all. */
      moves: z.boolean().default(false),
    }),
    result: StepPlan,
    progress: PlanPart,
    // Counts and bytes are arithmetic on the weights; data-driven scores and accuracy need the network.
    trust: ({ step, data }) => (data === undefined && !plansByRunning(step) ? 'reads' : 'runs'),
  }),
  /**
   * Measures the sensitivity of each layer on validation examples. With `out`, points are stored in that folder as they come,
   * and a later scan with the same model, data and options uses them again. At the end the folder holds `sensitivity.json`
   * and `sensitivity.csv`. The engine makes the folder if it is missing.
   */
  sensitivity: request({
    params: z.object({
      model,
      data: DataReference,
      options: SensitivityOptions.default(SensitivityOptions.parse({})),
      /** The recipe's seed; it decides random scores. */
      seed: z.number().int().min(0).max(0x7fffffff).default(0),
      out: z.string().min(1).optional(),
    }),
    result: Sensitivity,
    progress: SensitivityPart,
    trust: 'runs',
  }),
  /**
   * Tells what can be saved in a model, where and by which method, and offers recipes. Without data, sizes and work alone. Points
   * of layers and the answer are kept in the folder `out`, by default one of the cache for these weights.
   */
  advise: request({
    params: z.object({
      model,
      data: DataReference.optional(),
      options: AdviceOptions.default(AdviceOptions.parse({})),
      /** The seed of the recipes. */
      seed: z.number().int().min(0).max(0x7fffffff).default(0),
      out: z.string().min(1).optional(),
    }),
    result: Advice,
    progress: AdvicePart,
    trust: 'runs',
  }),
  /** Times forward passes of one model, or of two models in turn. */
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
  /** Compares two models; with data, evaluates both. */
  compare: request({
    params: z.object({
      a: model,
      b: model,
      data: DataReference.optional(),
      /** The data for b, if its pixels need another normalization. */
      otherData: DataReference.optional(),
      split: Split.optional(),
      samples: z.number().int().positive().optional(),
      bins: z.number().int().min(8).max(512).default(64),
      /** Compute what packed files would take, as in `inspect`. */
      packed: z.boolean().default(false),
    }),
    result: Comparison,
    progress: Progress,
    trust: ({ data, otherData }) => (data === undefined && otherData === undefined ? 'reads' : 'runs'),
  }),
  /** Measures what a model takes in a packed file, or as one, by layer. A model of 100 MB takes about 20 seconds. */
  packing: request({ params: z.object({ model }), result: Packing, trust: 'reads' }),
  /** Packs a model in a new file `out`, an absolute path. */
  pack: request({
    params: z.object({
      model,
      out: z.string().min(1),
      smallWeights: SmallWeights.default(32),
      history: PackedHistory.default('keep'),
      /** Compress all of large unpacked weights too, where samples of them would do. */
      exact: z.boolean().default(false),
    }),
    result: PackedSizes,
    progress: Progress,
    trust: 'runs',
  }),
  /** Writes a model, packed or not, as model.json and shards into a folder; answers with the path of the model.json. */
  unpack: request({
    params: z.object({ model, out: z.string().min(1) }),
    result: z.object({ out: z.string(), bytes: z.number(), weightsHash: z.string() }),
    trust: 'runs',
  }),
  /** Runs a recipe. `baseFolder`: relative paths of the recipe start here. `out`: the run folder, made if it is missing. */
  run: request({
    params: z.object({ recipe: Recipe, baseFolder: z.string(), out: z.string(), resume: z.boolean().default(false) }),
    result: RunResult,
    progress: RunEvent,
    trust: 'runs',
  }),
  /**
   * Removes the files that a killed run left in a folder that it had made, unless it has whole epochs or is done.
   * `made`: the topmost folder that the run made; `out` by default.
   */
  discard: request({
    params: z.object({ out: z.string(), made: z.string().optional() }),
    result: z.null(),
    trust: 'runs',
  }),
  /** Forgets everything that the engine holds of a checkpoint. */
  release: request({ params: z.object({ model }), result: z.null(), trust: 'reads' }),
} satisfies RequestTable;
export type EngineRequests = typeof engineRequests;
