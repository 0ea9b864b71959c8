import { CancelledError, UserError } from '../../../protocol/errors';
import { weight } from '../../../protocol/format';
import type { Progress } from '../../../protocol/measure';
import type { Measurement } from '../../../protocol/measure/measurement';
import { amountOf, type LayerSensitivity } from '../../../protocol/measure/sensitivity';
import {
  lossOf,
  METRICS,
  metricNamed,
  metricNoun,
  type MetricName,
  type MetricOf,
  type MetricValue,
  type MetricValues,
} from '../../../protocol/metric';
import type { NormalizationInUse } from '../../../protocol/normalization';
import type { ParetoCurve, ParetoPoint } from '../../../protocol/pareto';
import type { TargetStep } from '../../../protocol/steps/target';
import type { ModelContent } from '../../checkpoint/types';
import type { Sample } from '../../measure/sample';
import { scanSensitivity, type KnownPoints } from '../../measure/sensitivity/scan';
import { WeightSwap } from '../../model/weight-swap';
import { ProgressMeter } from '../../progress-meter';
import type { CompressionMethod } from '../method';
import { choicesOf, foretoldLoss } from './choices';
import { goalRule, sizeWords, type GoalRule } from './goal';
import { frontier, searchPlans, type Plan, type SearchLayer } from './search';
import { Sizes } from './sizes';

/** Scanned sparsities, shares of channels, and bits: closer together where a curve bends. */
const SCANNED = {
  prune: [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99],
  remove: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9],
  quantize: [8, 6, 5, 4, 3, 2],
} as const;
/** Plans that are measured over the whole curve, before the search for the boundary of the goal. */
const OVERVIEW = 8;
/** Plans among which the boundary is searched. */
const MOST_PLANS = 120;
const TOGETHER_PLANS = 40;
/** A layer is scanned until it has lost this share of what the model does better than a trivial answer. */
const COLLAPSE = 0.9;

export interface TargetInput {
  readonly model: ModelContent;
  readonly step: TargetStep;
  readonly method: CompressionMethod;
  readonly sample: Sample;
  readonly sampleData: boolean;
  /** Normalization of the sample's pixels. */
  readonly normalization: NormalizationInUse;
  readonly known?: KnownPoints | undefined;
  readonly signal: AbortSignal;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Makes the model as it will be written, metadata included, so that byte counts match the files. */
  asWritten(model: ModelContent): ModelContent;
}

/**
 * Finds amounts for each layer that meet a goal.
 * Scans each layer and searches plans, on the assumption that layer losses add up. Then measures the plans that matter:
 * some over the whole curve, and others around the goal, by bisection.
 * @throws UserError where no plan meets the goal, with the best plan found; CancelledError
 */
export async function findTarget(input: TargetInput): Promise<ParetoCurve> {
  const { model, step, method, sample, signal, onProgress } = input;
  let rule = goalRule(step);
  const scan = await scanSensitivity({
    model,
    compressor: method.compressor,
    sample,
    options: { by: step.by, collapse: COLLAPSE },
    amounts: SCANNED[step.by],
    known: input.known,
    signal,
    onPart: (part) => {
      if (part.part === 'begin') checkMeasured(rule, part.baseline.metrics);
      if (part.part === 'progress') onProgress?.(part.progress);
    },
  });
  rule = goalRule(step, scan.baseline.metrics);
  const sizes = new Sizes({ ...input, inputShape: step.inputShape }, rule.size);
  const layers: SearchLayer[] = [];
  for (const layer of scan.layers) {
    if (layer.points.length > 0) layers.push(await searchLayer(layer, scan.baseline, sizes));
    if (signal.aborted) throw new CancelledError();
  }
  const { gzipBytes } = await sizes.all(model);
  const series = [
    searched(layers, step.search, await sizes.whole(), (sample.trivial.loss ?? Infinity) - scan.baseline.loss),
    together(method, rule),
  ].filter(({ length }) => length > 0);
  if (layers.every(({ choices }) => choices.at(-1)!.cost === 0))
    throw new UserError(
      `The target of ${rule.words} cannot be met, because this method makes no layer of the model smaller: choose another method.`,
    );
  const swap = await WeightSwap.build(model);
  try {
    const points = await swap.exclusively((running) =>
      sample.measuring(running, async (evaluate) => {
        const most = series.reduce((sum, { length }) => sum + mostMeasured(length), 0);
        const meter = new ProgressMeter('measuring plans', most * sample.length, 'examples', onProgress);
        const all: ParetoPoint[] = [];
        for (const one of series)
          all.push(
            ...(await measurePlans(one, rule, async (amounts) => {
              const compressed = await method.applyAndReconstruct(amounts);
              swap.set(compressed.shown);
              const measured = await evaluate(signal, (examples) => {
                meter.advance(examples);
              });
              const figures = await sizes.all(compressed.model, amounts);
              return {
                step: method.step(amounts),
                predictedLoss: scan.baseline.loss + foretoldLoss(layers, amounts),
                ...measured,
                ...figures,
                meets: rule.meets({ ...measured, ...figures }),
              };
            })),
          );
        return all;
      }),
    );
    return {
      goal: step.goal,
      samples: sample.length,
      sampleData: input.sampleData,
      normalization: input.normalization,
      baseline: { ...scan.baseline, gzipBytes },
      ...choose(points, rule, rule.bound ?? scan.baseline.metrics[0]),
    };
  } finally {
    swap.dispose();
  }
}

async function searchLayer(
  { name, points }: LayerSensitivity,
  baseline: Measurement,
  sizes: Sizes,
): Promise<SearchLayer> {
  const priced = [];
  for (const point of points) priced.push({ ...point, cost: await sizes.change(name, amountOf(point)) });
  return { name, choices: choicesOf(priced, baseline.loss) };
}

type Amounts = ReadonlyMap<string, number>;

/**
 * Searches plans and spaces them evenly by the logarithm of their size. Of plans no better than guessing, only the last
 * is kept.
 */
function searched(
  layers: readonly SearchLayer[],
  search: TargetStep['search'],
  size: number,
  hopeless: number,
): Series {
  const plans = searchPlans(layers, search).filter(({ amounts }) => amounts.size > 0);
  const log = ({ cost }: Plan): number => Math.log(Math.max(1, size + cost));
  const useful = plans.filter(({ loss }, i) => loss <= hopeless || i === plans.length - 1);
  if (useful.length === 0) return [];
  const [from, to] = [log(useful[0]!), log(useful.at(-1)!)];
  const spaced = new Set<Plan>();
  for (let i = 0; i < MOST_PLANS; i++) {
    const wanted = from + (i / (MOST_PLANS - 1)) * (to - from);
    const plan = useful.find((one) => log(one) <= wanted + 1e-9);
    if (plan) spaced.add(plan);
  }
  return [...spaced].map(({ amounts }) => amounts);
}

/**
 * Ranks all layers together at a series of shares, small ones first. This is the simple method, which a search must not
 * fall behind.
 */
function together(method: CompressionMethod, { size }: GoalRule): Series {
  const of = size === 'macs' ? 'macs' : 'params';
  const amounts = Array.from({ length: TOGETHER_PLANS }, (_, i) => method.globalAmounts(1 - 0.8 * 0.9 ** i, of));
  return amounts.filter((one): one is Amounts => one !== null && one.size > 0);
}

/** Plans from large to small. */
type Series = readonly Amounts[];

/** Measures plans over a whole series, then bisects the range in which the goal starts or stops being met. */
async function measurePlans(
  plans: Series,
  rule: GoalRule,
  measure: (amounts: Amounts) => Promise<ParetoPoint>,
): Promise<ParetoPoint[]> {
  const known = new Map<number, ParetoPoint>();
  // Past the boundary, sizes meet their goal and metrics do not.
  const isPast = async (index: number): Promise<boolean> => {
    const point = known.get(index) ?? (await measure(plans[index]!));
    known.set(index, point);
    return point.meets === (rule.kind === 'size');
  };
  let [low, high] = [-1, plans.length];
  for (const index of spread(plans.length, OVERVIEW))
    if (await isPast(index)) high = Math.min(high, index);
    else if (high === plans.length) low = index;
  while (low >= 0 && high < plans.length && high - low > 1) {
    const middle = (low + high) >>> 1;
    if (await isPast(middle)) high = middle;
    else low = middle;
  }
  return [...known.values()];
}

/** Limits the number of plans that `measurePlans` measures. */
const mostMeasured = (plans: number): number =>
  Math.min(plans, OVERVIEW + Math.ceil(Math.log2(Math.max(1, plans / (OVERVIEW - 1)))));

/** Returns at most `count` whole numbers from 0 to `length` - 1, evenly spread, both ends included. */
function spread(length: number, count: number): number[] {
  const most = Math.min(length, count);
  return Array.from({ length: most }, (_, i) => Math.round((i * (length - 1)) / Math.max(1, most - 1)));
}

/**
 * Keeps the points that no other beats in size and metric, from large to small, and chooses the one that meets the goal
 * best.
 */
export function choose(
  points: readonly ParetoPoint[],
  rule: GoalRule,
  metric: MetricOf,
): Pick<ParetoCurve, 'points' | 'chosen'> {
  const valueOf = ({ metrics }: ParetoPoint): number => requiredMetric(metrics, metric).value;
  const ranked = points.map((point) => ({
    point,
    loss: lossOf(metric.name, valueOf(point), 0),
    cost: rule.sizeOf(point),
  }));
  const kept = frontier(ranked).map(({ point }) => point);
  // Metrics get worse with smaller sizes: the first point that meets a size is best, and the last that meets a metric.
  const meets = ({ meets }: ParetoPoint): boolean => meets;
  const chosen = rule.kind === 'size' ? kept.findIndex(meets) : kept.findLastIndex(meets);
  if (chosen >= 0) return { points: kept, chosen };
  const best = rule.kind === 'size' ? kept.at(-1)! : kept[0]!;
  throw new UserError(
    `The target of ${rule.words} cannot be met: the best plan found has ${sizeWords(rule.size, rule.sizeOf(best))} at a validation ${metricNoun(metric)} of ${exactText(metric.name, valueOf(best))}.`,
  );
}

/** Formats a value as a person writes it into a goal. */
const exactText = (name: MetricName, value: number): string =>
  METRICS[name].isShare ? String(value) : weight(value, 6);

/** @throws UserError where the metric of a goal is not measured for this model */
function checkMeasured({ bound }: GoalRule, metrics: MetricValues): void {
  if (bound) requiredMetric(metrics, bound);
}

/** @throws UserError where a metric was not measured */
function requiredMetric(metrics: MetricValues, { name, output }: MetricOf): MetricValue {
  const found = metricNamed(metrics, name, output);
  if (found) return found;
  const names = [...new Set(metrics.map((one) => (one.output === undefined ? one.name : `${one.output}.${one.name}`)))];
  throw new UserError(
    `The target names ${metricNoun({ name, output })}, which is not measured for this model and data: choose one of ${names.join(', ')}.`,
  );
}
