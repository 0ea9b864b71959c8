import { limitIn, type Advice, type AdviceGoal, type AdvisedRecipe } from '../../protocol/advice';
import { UserError } from '../../protocol/errors';
import { bytes, count, milliseconds } from '../../protocol/format';
import { boundWords, keepsWithin, metricNamed, readMetricBound, type MetricBound } from '../../protocol/metric';

/** The figures by which a recipe meets a goal. */
export type Weighed = Pick<AdvisedRecipe, 'packedBytes' | 'macs' | 'latency' | 'after'>;

/** A size that a recipe reduces. */
export type SizeName = 'bytes' | 'macs' | 'latency';

/** A goal as a rule. */
export interface Rule {
  /** The size that it limits; undefined where it asks for a metric. */
  readonly size?: SizeName;
  readonly limit?: number;
  readonly bound?: MetricBound;
  /** `at most 36.8 kB packed` */
  readonly words: string;
  readonly meets: (recipe: Weighed) => boolean;
  /** True where it meets the goal if its estimates hold. */
  readonly mayMeet: (recipe: Weighed) => boolean;
}

/** Returns a size of a recipe; infinite where it is not known. */
export function sizeOf(size: SizeName, { packedBytes, macs, latency }: Weighed): number {
  if (size === 'bytes') return packedBytes.value;
  return (size === 'macs' ? macs : latency?.milliseconds) ?? Infinity;
}

/** A size in words: `36.8 kB packed`. */
export function sizeWords(size: SizeName, value: number): string {
  if (size === 'bytes') return `${bytes(value)} packed`;
  return size === 'macs' ? `${count(value)} multiply-accumulates` : `${milliseconds(value)} ms for an answer`;
}

/**
 * Makes the rule of a goal.
 * @throws UserError where it asks for what is not measured for this model and data
 */
export function ruleOf(goal: AdviceGoal, now: Advice['now'], noData: string | undefined): Rule {
  if ('metric' in goal) return metricRule(goal.metric, now, noData);
  const [size, given, whole] =
    'bytes' in goal
      ? (['bytes', goal.bytes, now.packedBytes] as const)
      : 'macs' in goal
        ? (['macs', goal.macs, now.macs] as const)
        : (['latency', goal.latency, now.latency?.median ?? null] as const);
  if (whole === null)
    throw new UserError(
      size === 'macs'
        ? 'The multiply-accumulates of the model cannot be counted, so they cannot be a goal: give bytes or a latency.'
        : `The latency of the model cannot be measured, so it cannot be a goal: ${now.noLatency ?? 'give bytes or multiply-accumulates.'}`,
    );
  const limit = limitIn(given, whole);
  const meets = (recipe: Weighed): boolean => sizeOf(size, recipe) <= limit;
  return { ...{ size, limit, words: `at most ${sizeWords(size, limit)}` }, meets, mayMeet: meets };
}

function metricRule(text: string, { metrics }: Advice['now'], noData: string | undefined): Rule {
  const given = readMetricBound(text)!;
  if (!metrics)
    throw new UserError(`The goal names ${given.name}, which is not measured: ${noData ?? 'there is no data'}.`);
  const main = metricNamed(metrics, given.name, given.output);
  if (main !== metrics[0])
    throw new UserError(
      `The goal names ${given.name}, but recipes are compared by ${metrics[0].name}, the main metric of the task: give a bound on that.`,
    );
  const bound = { ...given, output: main.output };
  return {
    bound,
    words: boundWords(bound),
    meets: ({ after }) => after !== null && keepsWithin(bound, (after.worst ?? after.metric).value),
    mayMeet: ({ after }) => after !== null && keepsWithin(bound, after.metric.value),
  };
}
