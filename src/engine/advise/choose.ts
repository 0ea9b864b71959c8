import type { AdvisedRecipe } from '../../protocol/advice';
import { MOST_RECIPES } from '../../protocol/advice';
import { lossOf, type MetricValue } from '../../protocol/metric';
import type { Candidate } from './candidate';
import { sizeOf, type Rule } from './goal';

/** Latencies that differ by less are the same. */
const SAME_TIME = 0.03;
/** A recipe that leaves less than this share of what the model does better than a guess is not offered. */
const LEAST_LEFT = 0.5;

/** Where no more than this share is lost before training, little has to be recovered. */
const SURE = 0.15;

/** Most things that a recipe is said to be best at. */
const MOST_WORDS = 2;

/** The figures that decide between recipes. */
export interface Choosing {
  readonly rule: Rule | undefined;
  /** The sizes of the model as it is. */
  readonly now: { readonly packedBytes: number; readonly macs: number | null };
  /** The main metric as it is, of a guess, and the worst that counts as no loss; null without data. */
  readonly metric: { readonly now: MetricValue; readonly trivial: number; readonly budget: MetricValue } | null;
}

/** How much worse the main metric is than that of the model as it is; 0 without data. */
const lossFor = ({ after }: Candidate, { metric }: Choosing): number =>
  metric && after ? Math.max(0, lossOf(metric.now.name, after.metric.value, metric.now.value)) : 0;

/** How much worse it is before training: the less, the surer is what is estimated. */
const lossBefore = ({ before }: Candidate, { metric }: Choosing): number =>
  metric && before ? Math.max(0, lossOf(metric.now.name, before[0].value, metric.now.value)) : 0;

/** The costs of a recipe, all of them better where they are smaller. */
const axesOf = (one: Candidate, choosing: Choosing): number[] => [
  one.packedBytes.value,
  one.macs ?? 0,
  Math.round((one.latency?.ratio ?? 1) / SAME_TIME),
  lossFor(one, choosing),
  lossBefore(one, choosing),
  one.seconds === 0 ? 0 : 1,
];

/** True for a recipe that makes a file, the work or the time smaller. */
const saves = ({ packedBytes, macs, latency }: Candidate, { now }: Choosing): boolean =>
  packedBytes.value < now.packedBytes ||
  (macs !== null && now.macs !== null && macs < now.macs) ||
  (latency !== null && latency.ratio < 1 - SAME_TIME);

/** Keeps the recipes that no other beats in bytes, work, time, metric at the end and before training, and training all at once. */
export function front(candidates: readonly Candidate[], choosing: Choosing): Candidate[] {
  const axes = new Map(candidates.map((one) => [one, axesOf(one, choosing)]));
  const beats = (a: readonly number[], b: readonly number[]): boolean =>
    a.every((value, i) => value <= b[i]!) && a.some((value, i) => value < b[i]!);
  const kept = candidates.filter((one) => !candidates.some((other) => beats(axes.get(other)!, axes.get(one)!)));
  // The first of equal ones.
  const seen = new Set<string>();
  return kept.filter((one) => {
    const key = JSON.stringify(axes.get(one));
    return !seen.has(key) && seen.add(key);
  });
}

/** One of several criteria: the best recipe by it, with a few words. */
interface Criterion {
  readonly words: string;
  readonly among: (one: Candidate) => boolean;
  /** Smaller is better; of equal ones the later numbers decide. */
  readonly by: (one: Candidate) => readonly number[];
}

function criteriaFor(choosing: Choosing): Criterion[] {
  const { rule, metric } = choosing;
  const loss = (one: Candidate): number => lossFor(one, choosing);
  const size = (one: Candidate): number => one.packedBytes.value;
  const work = (one: Candidate): number => one.latency?.ratio ?? one.macs ?? 0;
  const isFine = (one: Candidate): boolean =>
    !metric || loss(one) <= lossOf(metric.now.name, metric.budget.value, metric.now.value);
  const all = metric ? lossOf(metric.now.name, metric.trivial, metric.now.value) : 0;
  const isSure = (one: Candidate): boolean => isFine(one) && lossBefore(one, choosing) <= SURE * all;
  const isFaster = (one: Candidate): boolean => one.latency === null || one.latency.ratio < 1 - SAME_TIME;
  const goal: Criterion[] = !rule
    ? []
    : [
        {
          words: 'best for the goal',
          among: (one) => rule.meets(one),
          by: (one) => (rule.size === undefined ? [size(one), loss(one)] : [loss(one), size(one)]),
        },
      ];
  const words = metric ? ' without a loss that counts' : '';
  return [
    ...goal,
    { words: `smallest file${words}`, among: isFine, by: (one) => [size(one), loss(one)] },
    {
      words: `least time${words}`,
      among: (one) => isFine(one) && isFaster(one),
      by: (one) => [work(one), loss(one), size(one)],
    },
    { words: 'nothing to train', among: (one) => one.seconds === 0, by: (one) => [isFine(one) ? 0 : 1, size(one)] },
    { words: `small and fast${words}`, among: isFine, by: (one) => [size(one) * work(one)] },
    { words: 'smaller file with little to recover', among: isSure, by: (one) => [size(one), loss(one)] },
    {
      words: 'less time with little to recover',
      among: (one) => isSure(one) && isFaster(one),
      by: (one) => [work(one), size(one)],
    },
    { words: 'smallest file', among: () => true, by: (one) => [size(one), loss(one)] },
    { words: 'least time', among: isFaster, by: (one) => [work(one), loss(one)] },
  ];
}

/** A chosen recipe with what it is best at. */
export type Chosen = Candidate & Pick<AdvisedRecipe, 'best'>;

/** Chooses at most five recipes of the front, each the best at something; the best for the goal comes first. */
export function chooseRecipes(candidates: readonly Candidate[], choosing: Choosing): Chosen[] {
  const { rule, metric } = choosing;
  const all = metric && lossOf(metric.now.name, metric.trivial, metric.now.value);
  const saving = candidates.filter((one) => saves(one, choosing));
  const useful = saving.filter((one) => !all || lossFor(one, choosing) <= (1 - LEAST_LEFT) * all);
  const kept = front(useful.length > 0 ? useful : saving, choosing);
  const best = new Map<Candidate, string[]>();
  for (const { words, among, by } of criteriaFor(choosing)) {
    const [first] = kept.filter(among).sort((a, b) => compared(by(a), by(b)));
    if (!first || (best.size >= MOST_RECIPES && !best.has(first))) continue;
    const told = best.get(first) ?? [];
    if (told.length < MOST_WORDS) best.set(first, [...told, words]);
  }
  // Where nothing meets the goal, the one that comes nearest is first.
  if (rule && best.size > 0 && ![...best.keys()].some((one) => rule.meets(one))) {
    const [nearest] = [...kept].sort((a, b) => compared(distance(a, choosing), distance(b, choosing)));
    const others = [...best].filter(([one]) => one !== nearest).slice(0, MOST_RECIPES - 1);
    return [[nearest!, ['nearest to the goal', ...(best.get(nearest!) ?? [])]] as const, ...others].map(named);
  }
  return [...best].map(named);
}

const named = ([candidate, best]: readonly [Candidate, readonly string[]]): Chosen => ({
  ...candidate,
  best: [...best],
});

const distance = (one: Candidate, choosing: Choosing): number[] =>
  choosing.rule?.size === undefined
    ? [lossFor(one, choosing)]
    : [sizeOf(choosing.rule.size, one), lossFor(one, choosing)];

const compared = (a: readonly number[], b: readonly number[]): number => {
  const at = a.findIndex((value, i) => value !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
};
