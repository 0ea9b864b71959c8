import type { ParetoPoint } from '../../../protocol/pareto';
import type { TargetStep } from '../../../protocol/steps/target';
import { boundWords, keepsWithin, metricNamed, type MetricBound, type MetricValues } from '../../../protocol/metric';
import { goalBound, type TargetGoal } from '../../../protocol/steps/goal';
import { count } from '../../../protocol/format';

/** The size that a target limits or reduces. */
export type SizeName = 'gzipBytes' | 'nonzero' | 'params' | 'nonzeroMacs' | 'macs' | 'weightBytes';

/** The figures that decide whether a plan meets its goal. */
export type Sized = Pick<ParetoPoint, 'metrics' | SizeName>;

/** A goal as a rule: which size counts, and when a plan meets it. */
export interface GoalRule {
  /** Plans that are large enough meet a metric; plans that are small enough meet a size. */
  readonly kind: 'metric' | 'size';
  /** The bound on a metric, if the goal is one. */
  readonly bound?: MetricBound;
  readonly size: SizeName;
  /** In words, for sentences: `at most 300,000 gzipped bytes`. */
  readonly words: string;
  sizeOf(figures: Pick<ParetoPoint, SizeName>): number;
  meets(figures: Sized): boolean;
}

/**
 * Makes the rule for a goal. Zeros do not count where weights are pruned; every remaining weight counts where channels
 * are removed.
 * @param baseline metrics of the unchanged model, which tell the output of a bound that names none
 */
export function goalRule({ goal, by }: Pick<TargetStep, 'goal' | 'by'>, baseline?: MetricValues): GoalRule {
  const size = sizeName(goal, by);
  const sizeOf = (figures: Pick<ParetoPoint, SizeName>): number => figures[size] ?? Infinity;
  const given = goalBound(goal);
  const meant = given && baseline && metricNamed(baseline, given.name, given.output)?.output;
  const bound = given && meant !== undefined ? { ...given, output: meant } : given;
  if (bound)
    return {
      ...{ kind: 'metric', bound, size, sizeOf },
      words: boundWords(bound),
      meets: ({ metrics }) => {
        const measured = metricNamed(metrics, bound.name, bound.output);
        return measured !== undefined && keepsWithin(bound, measured.value);
      },
    };
  const limit = limitOf(goal);
  return {
    ...{ kind: 'size', size, sizeOf },
    words: `at most ${sizeWords(size, limit)}`,
    meets: (figures) => sizeOf(figures) <= limit,
  };
}

function limitOf(goal: TargetGoal): number {
  if ('bytes' in goal) return goal.bytes;
  if ('macs' in goal) return goal.macs;
  if ('params' in goal) return goal.params;
  throw new Error('the goal has no size');
}

function sizeName(goal: TargetGoal, by: TargetStep['by']): SizeName {
  if ('macs' in goal) return by === 'prune' ? 'nonzeroMacs' : 'macs';
  if ('params' in goal) return by === 'prune' ? 'nonzero' : 'params';
  return by === 'quantize' ? 'weightBytes' : 'gzipBytes';
}

const WORDS: Readonly<Record<SizeName, (value: string) => string>> = {
  gzipBytes: (value) => `${value} gzipped bytes`,
  nonzero: (value) => `${value} nonzero parameters`,
  params: (value) => `${value} parameters`,
  nonzeroMacs: (value) => `${value} nonzero multiply-accumulates`,
  macs: (value) => `${value} multiply-accumulates`,
  weightBytes: (value) => `${value} bytes of weights`,
};

/** `300,000 gzipped bytes` */
export const sizeWords = (size: SizeName, value: number): string => WORDS[size](count(value));
