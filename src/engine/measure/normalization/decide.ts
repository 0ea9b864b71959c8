import { normalizationName, type Normalization } from '../../../protocol/normalization';

/** What a model answered to the same images under one normalization. */
export interface Answers {
  readonly normalization: Normalization;
  /** The class that was guessed for each image; -1 where an output was no number. */
  readonly guesses: Int32Array;
  /** Cross-entropy of each image in nats; Infinity where an output was no number. */
  readonly losses: Float64Array;
}

/** Which normalization is clearly the best, with what else is to be said; undefined: none is. */
export interface Decision {
  readonly best: Answers;
  readonly note?: string;
}

/**
 * Two accuracies differ clearly where chance makes such a difference only so often, they are so far apart, and the worse one
 * makes so many times the mistakes: a network that has learned little may do a little better on pixels that it never saw.
 */
const CHANCE = 0.01;
const MARGIN = 0.02;
const MISTAKES_TIMES = 1.4;
/** An accuracy beats guessing where it is so many standard deviations above it. */
const DEVIATIONS = 3;
/** A loss is clearly higher where it is so many times the other, and so many standard errors above it. */
const LOSS_TIMES = 2;
const STANDARD_ERRORS = 3;
/** Fewer mistakes leave the loss without a bound: the more an input is scaled up, the lower it gets. */
const LEAST_MISTAKES = 10;
/** A loss is that of guessing where it is at most so many times the logarithm of the number of classes. */
const GUESSING_TIMES = 1.25;
/** Pixels are small where one unit is such a share of their range, at least. */
const SMALL = 0.1;
/** Answers are the same where so few images, as a share, get other ones. */
const SAME_ANSWERS = 0.02;

/**
 * Decides between normalizations by a paired test on the same images. One that is clearly worse by accuracy (McNemar's exact
 * test, and a margin) is out; so is one whose loss is clearly higher, as of an input that is scaled up and changes few
 * answers. Where several are left that give nearly the same answers, the most accurate ones can mislead nobody about the metric, and
 * of these the one is taken under which the loss is lower than scaling the input explains.
 *
 * @param all from the most common normalization to the least, on the same images
 * @param labels the true class of each image
 */
export function decide(all: readonly Answers[], labels: Int32Array): Decision | undefined {
  const rights = new Map(all.map((one) => [one, one.guesses.map((guess, i) => (guess === labels[i] ? 1 : 0))]));
  const right = (one: Answers): Int32Array => rights.get(one)!;
  const count = (one: Answers): number => right(one).reduce((sum, hit) => sum + hit, 0);
  const [first, ...others] = all;
  if (!first || labels.length === 0) return undefined;
  const best = others.reduce((leader, one) => (count(one) > count(leader) ? one : leader), first);
  if (!beatsGuessing(count(best), labels)) return undefined;
  const close = all.filter((one) => one === best || !isClearlyMore(right(best), right(one)));
  const bounded = close.filter((one) => labels.length - count(one) >= LEAST_MISTAKES);
  const left = close.filter((one) => !bounded.some((other) => isClearlyLower(other.losses, one.losses)));
  const most = Math.max(...left.map(count));
  const chosen = likeliest(left.filter((one) => count(one) === most));
  const alike = left.every((one) => differing(one.guesses, chosen.guesses) <= SAME_ANSWERS * labels.length);
  if (!alike) return undefined;
  const names = left.map(({ normalization }) => normalizationName(normalization));
  if (left.length > 1) return { best: chosen, note: `as ${listed(names)} give nearly the same answers` };
  return close.length > 1 ? { best: chosen, note: 'told apart by the loss' } : { best: chosen };
}

/**
 * Whether a network has learned nothing of the data: under no normalization it beats guessing, and under those that keep pixels
 * small it is not even sure of wrong answers, as one is that was trained on other data.
 */
export function knowsNothing(all: readonly Answers[], labels: Int32Array, classes: number): boolean {
  const guesses = all.every(
    (one) => !beatsGuessing(one.guesses.filter((guess, i) => guess === labels[i]).length, labels),
  );
  const small = all.filter(({ normalization }) => normalization.std >= SMALL);
  return guesses && small.every(({ losses }) => mean(losses) <= GUESSING_TIMES * Math.log(classes));
}

/** Of answers of which as many are right: the least scaled, unless the loss of another is lower than its scale alone explains. */
function likeliest(equals: readonly Answers[]): Answers {
  const byScale = [...equals].sort((a, b) => b.normalization.std - a.normalization.std);
  return byScale.reduce((leader, one) => {
    const [loss, lower] = [meanLoss(leader), meanLoss(one)];
    // Logits that are so many times as large raise a likelihood, and so a small loss, to this power.
    const scale = leader.normalization.std / one.normalization.std;
    return lower < (loss < 1 ? loss ** scale : loss) ? one : leader;
  });
}

/** The mean loss of right answers is never 0 but for rounding in float32. */
const meanLoss = ({ losses }: Answers): number => Math.max(mean(losses), 2 ** -23);

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** Whether so many right answers are more than always guessing the most frequent class gives. */
function beatsGuessing(hits: number, labels: Int32Array): boolean {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const share = Math.max(...counts.values()) / labels.length;
  const deviation = Math.sqrt(share * (1 - share) * labels.length);
  return hits - share * labels.length > DEVIATIONS * deviation;
}

/** McNemar's exact test, one-sided, and the margins. */
function isClearlyMore(more: Int32Array, less: Int32Array): boolean {
  let [gained, lost] = [0, 0];
  more.forEach((hit, i) => {
    if (hit > less[i]!) gained++;
    else if (hit < less[i]!) lost++;
  });
  const mistakes = (hits: Int32Array): number => hits.filter((hit) => hit === 0).length;
  return (
    gained - lost >= MARGIN * more.length &&
    mistakes(less) >= MISTAKES_TIMES * mistakes(more) &&
    upperTail(gained, gained + lost) < CHANCE
  );
}

/** The chance of `hits` or more heads in `tosses` of a fair coin. */
export function upperTail(hits: number, tosses: number): number {
  // By logarithms: 2^-500 times a large binomial coefficient is small, but neither is.
  let log = -tosses * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= tosses; k++) {
    if (k >= hits) sum += Math.exp(log);
    log += Math.log(tosses - k) - Math.log(k + 1);
  }
  return Math.min(1, sum);
}

function isClearlyLower(low: Float64Array, high: Float64Array): boolean {
  if (!high.every(Number.isFinite)) return low.every(Number.isFinite);
  if (!(mean(high) >= LOSS_TIMES * mean(low))) return false;
  const differences = high.map((value, i) => value - low[i]!);
  const center = mean(differences);
  const variance = mean(differences.map((value) => (value - center) ** 2));
  return center > STANDARD_ERRORS * Math.sqrt(variance / differences.length);
}

function differing(a: Int32Array, b: Int32Array): number {
  let count = 0;
  a.forEach((guess, i) => {
    if (guess !== b[i]) count++;
  });
  return count;
}
