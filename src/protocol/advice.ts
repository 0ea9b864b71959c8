import * as z from 'zod';
import { t } from './l10n';
import { Progress } from './measure/progress';
import { LatencyFigures } from './measure/latency';
import { marked } from './format';
import { METRIC_BOUNDS, metricText, MetricValue, MetricValues, readMetricBound } from './metric';
import { InputShape, MacsFor } from './model';
import { NormalizationInUse } from './normalization';
import { RecipeStep } from './steps';

/** The file in the folder of an advice that holds the last answer. */
export const ADVICE_FILE = 'advice.json';

/** Most recipes of an advice. */
export const MOST_RECIPES = 5;

/** Names a recipe of an advice by its place, from 0 on. */
export const recipeName = (place: number): string => `recipe-${place + 1}`;

const SHARE = /^(\d+(?:\.\d+)?)%$/;

/** A limit: a number above 0, or a share of what the model has now, such as `50%`. */
export const Limit = z.union([z.number().positive(), z.string().regex(SHARE)], {
  error: 'must be a number above 0, or a share of what the model has now such as 50%',
});
export type Limit = z.infer<typeof Limit>;

/** The number that a limit stands for. @param now what the model has now */
export function limitIn(limit: Limit, now: number): number {
  if (typeof limit === 'number') return limit;
  return (Number(SHARE.exec(limit)?.[1] ?? Number.NaN) / 100) * now;
}

/**
 * What the compressed model shall come to, one of: `metric`, a bound on a metric of the validation examples, such as
 * `accuracy>=0.9`; `bytes`, at most so many in one packed file; `macs`, at most so many multiply-accumulates; `latency`, at
 * most so many milliseconds of a forward pass at batch 1. Limits may be shares of what the model has now.
 */
export const AdviceGoal = z.union([
  z.strictObject({
    metric: z
      .string()
      .refine(
        (text) => readMetricBound(text) !== undefined,
        `must be a bound such as accuracy>=0.9 or rmse<=0.05: ${METRIC_BOUNDS}`,
      ),
  }),
  z.strictObject({ bytes: Limit }),
  z.strictObject({ macs: Limit }),
  z.strictObject({ latency: Limit }),
]);
export type AdviceGoal = z.infer<typeof AdviceGoal>;

/** Options of an advice. */
export const AdviceOptions = z.strictObject({
  goal: AdviceGoal.optional(),
  samples: z
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('Validation examples on which layers and recipes are measured, the first ones of the split.'),
  minutes: z
    .number()
    .positive()
    .max(24 * 60)
    .default(4)
    .describe('Time for layers and recipes before training; what is left undone then is said.'),
  try: z.number().int().min(1).max(200).default(24).describe('Most recipes that are tried without training.'),
  measure: z
    .boolean()
    .default(false)
    .describe('Train each recipe for at most 2 epochs and measure it, instead of estimating what training gives back.'),
  inputShape: InputShape.optional().describe('Input size for a model that leaves it open, such as 224, 224, 3.'),
});
export type AdviceOptions = z.infer<typeof AdviceOptions>;

/** The methods that an advice knows, in the order in which it offers them. */
export const AdviceMethodName = z.enum([
  'merge',
  'factorize',
  'compact',
  'remove',
  'prune',
  'quantize',
  'cluster',
  'distill',
]);
export type AdviceMethodName = z.infer<typeof AdviceMethodName>;

/** What a method could save in one layer alone. */
export const LayerSaving = z.object({
  method: AdviceMethodName,
  /**
   * `offers`: it saves this within the budget; `costs`: the smallest amount already costs more; `cannot`: it leaves the layer
   * alone; `unknown`: there was no time to measure it.
   */
  state: z.enum(['offers', 'costs', 'cannot', 'unknown']),
  /** The reason why it saves nothing; absent where it offers something. */
  reason: z.string().optional(),
  /** How much, in words: `95% zeros`, `4 bits`. */
  amount: z.string().optional(),
  /** Bytes at best, parameters and multiply-accumulates of the whole model that go. */
  saves: z.object({ bytes: z.number(), params: z.number(), macs: z.number() }).optional(),
  /** Metrics with this layer alone compressed and nothing trained; null where nothing was measured. */
  metrics: MetricValues.nullable().optional(),
});
export type LayerSaving = z.infer<typeof LayerSaving>;

const share = z.number().min(0).max(1);

/** What can be saved in one layer. */
export const LayerAdvice = z.object({
  name: z.string(),
  /** Class name in its file. */
  type: z.string(),
  params: z.number(),
  macs: z.number().nullable(),
  /** Its shares of the model; null where they are not known. */
  shares: z.object({ params: share, macs: share.nullable(), time: share.nullable() }),
  /** Measured by itself; null where it could not run by itself. `noise`: half of the runs lie within this share of it. */
  time: z.object({ milliseconds: z.number(), noise: z.number() }).nullable(),
  /** The reason why no method can compress it. */
  reason: z.string().optional(),
  savings: z.array(LayerSaving),
});
export type LayerAdvice = z.infer<typeof LayerAdvice>;

/** A figure, and whether it was measured; otherwise it is an estimate. */
const Figure = z.object({ value: z.number(), measured: z.boolean() });

/** A recipe that an advice offers, with its figures. */
export const AdvisedRecipe = z.object({
  /** `recipe-1`: also the name of its file. */
  name: z.string(),
  /** A few words. */
  title: z.string(),
  /** What it does, in sentences for somebody who knows no method by name. */
  does: z.string(),
  /** What it is best at among the recipes, in a few words each. */
  best: z.array(z.string()),
  steps: z.array(RecipeStep).min(1),
  /** Bytes of one packed file: of the real file where nothing is trained, else of the model before training. */
  packedBytes: Figure,
  params: z.number(),
  macs: z.number().nullable(),
  /** Measured beside the model as it is, batch 1: median, and its share of that of the model. Null where it cannot be measured. */
  latency: z.object({ milliseconds: z.number(), ratio: z.number(), noise: z.number() }).nullable(),
  /** Measured before anything is trained; null without data. */
  before: MetricValues.nullable(),
  /**
   * The main metric at the end. `measured`: nothing is trained, and this was measured; `brief`: measured after at most 2 epochs;
   * `estimated`, with `worst`, which it hardly falls below. Null without data.
   */
  after: z
    .object({ metric: MetricValue, from: z.enum(['measured', 'brief', 'estimated']), worst: MetricValue.optional() })
    .nullable(),
  /** Estimated seconds of training; 0: nothing is trained; null: unknown. */
  seconds: z.number().nullable(),
  /** Whether it meets the goal, by these figures; null without a goal. */
  meets: z.boolean().nullable(),
});
export type AdvisedRecipe = z.infer<typeof AdvisedRecipe>;

/** The answer to `advise`. */
export const Advice = z.object({
  name: z.string(),
  /** SHA-256 of the model's weights, hex. */
  weightsHash: z.string(),
  options: AdviceOptions,
  /** The data; null: none, for the reason in `noData`. */
  dataset: z.object({ name: z.string(), sample: z.boolean() }).nullable(),
  noData: z.string().optional(),
  normalization: NormalizationInUse.nullable(),
  /** The validation examples on which all metrics here were measured; 0 without data. */
  samples: z.number(),
  /** The model as it is. */
  now: z.object({
    packedBytes: z.number(),
    params: z.number(),
    macs: z.number().nullable(),
    macsFor: MacsFor.optional(),
    /** At batch 1; null where it cannot be measured, for the reason in `noLatency`. */
    latency: LatencyFigures.nullable(),
    noLatency: z.string().optional(),
    metrics: MetricValues.nullable(),
  }),
  /** The worst main metric that counts as no loss for the table of layers, and for the choice of recipes; null without data. */
  budget: MetricValue.nullable(),
  layers: z.array(LayerAdvice),
  /** The first one is the best for the goal. */
  recipes: z.array(AdvisedRecipe).max(MOST_RECIPES),
  /** One sentence where no recipe meets the goal. */
  shortfall: z.string().optional(),
  /** How figures were found, and what was left out, a sentence each. */
  notes: z.array(z.string()),
  seconds: z.number(),
  /** Points of layers that an earlier advice had measured. */
  reused: z.number(),
});
export type Advice = z.infer<typeof Advice>;

/** Progress of an advice. */
export const AdvicePart = z.object({ progress: Progress });
export type AdvicePart = z.infer<typeof AdvicePart>;

/** The main metric of a recipe at the end: `~92.1% (at worst ~91.3%)`. */
export function afterWords({ metric, from, worst }: NonNullable<AdvisedRecipe['after']>): string {
  const text = marked(from !== 'estimated', metricText(metric.name, metric.value));
  return worst ? t('{0} (at worst {1})', text, marked(false, metricText(worst.name, worst.value))) : text;
}
