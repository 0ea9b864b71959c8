import { normalizationName, type EvenNormalization } from '../../../protocol/normalization';

/** The answers of a model to the same examples under one normalization. */
export interface Answers {
  readonly normalization: EvenNormalization;
  /** The guessed class of each example; -1 where an output was not finite. */
  readonly guesses: Int32Array;
  /** Cross-entropy of each example in nats; Infinity where an output was not finite. */
  readonly losses: Float64Array;
}

/** The normalization that is clearly the best, with a note; undefined where none is. */
export interface Decision {
  readonly best: Answers;
  readonly note?: string;
}

/**
 * Thresholds at which two accuracies differ clearly: the probability of such a difference by chance, the distance, and
 * the ratio of mistakes. A network that has learned little may be a little better on pixels that it never saw.
 */
const CHANCE = 0.01;
const MARGIN = 0.02;
const MISTAKES_TIMES = 1.4;
/** Standard deviations above guessing at which an accuracy beats it. */
const DEVIATIONS = 3;
/** A loss is clearly higher at this ratio, and this many standard errors above the other. */
const LOSS_TIMES = 2;
const STANDARD_ERRORS = 3;
/** With fewer mistakes the loss has no lower bound: scaling the input up lowers it. */
const LEAST_MISTAKES = 10;
/** Largest multiple of the logarithm of the number of classes at which a loss is that of guessing. */
const GUESSING_TIMES = 1.25;
/** Smallest share of their range that one unit makes up for pixels to count as small. */
const SMALL = 0.1;
/** Largest share of examples with different answers at which answers count as equal. */
const SAME_ANSWERS = 0.02;

/**
 * Decides between normalizations by a paired test on the same examples. A normalization that is clearly worse by
 * accuracy (McNemar's exact test, and a margin) is excluded; so is one whose loss is clearly higher, as with an input
 * that is scaled up and changes few answers. Among remaining ones with nearly equal answers, the most accurate cannot
 * mislead about the metric; of these, the one with a lower loss than its scale explains is taken.
 * @param all from the most common normalization to the least, on the same examples
 * @param labels the true class of each example
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
 * Returns true for a network that has learned nothing of the data: no normalization beats guessing, and under those that
 * keep pixels small it is not even sure of wrong answers, unlike a network trained on other data.
 */
export function knowsNothing(all: readonly Answers[], labels: Int32Array, classes: number): boolean {
  const guesses = all.every(
    (one) => !beatsGuessing(one.guesses.filter((guess, i) => guess === labels[i]).length, labels),
  );
  const small = all.filter(({ normalization }) => normalization.std >= SMALL);
  return guesses && small.every(({ losses }) => mean(losses) <= GUESSING_TIMES * Math.log(classes));
}

/** Chooses among equally accurate answers: the least scaled, unless another has a lower loss than its scale explains. */
function likeliest(equals: readonly Answers[]): Answers {
  const byScale = [...equals].sort((a, b) => b.normalization.std - a.normalization.std);
  return byScale.reduce((leader, one) => {
    const [loss, lower] = [meanLoss(leader), meanLoss(one)];
    // Logits scaled by a factor raise a likelihood, and so a small loss, to this power.
    const scale = leader.normalization.std / one.normalization.std;
    return lower < (loss < 1 ? loss ** scale : loss) ? one : leader;
  });
}

/** Returns the mean loss of right answers, which is 0 only by rounding in float32. */
const meanLoss = ({ losses }: Answers): number => Math.max(mean(losses), 2 ** -23);

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const listed = (names: readonly string[]): string => `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

/** Returns true where the right answers are more than guessing the most frequent class gives. */
function beatsGuessing(hits: number, labels: Int32Array): boolean {
  const counts = new Map<number, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  const share = Math.max(...counts.values()) / labels.length;
  const deviation = Math.sqrt(share * (1 - share) * labels.length);
  return hits - share * labels.length > DEVIATIONS * deviation;
}

/** Applies McNemar's exact test, one-sided, and the margins. */
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

/** Returns the probability of `hits` or more heads in `tosses` of a fair coin. */
export function upperTail(hits: number, tosses: number): number {
  // With logarithms: 2^-500 times a large binomial coefficient underflows, its logarithm does not.
  let log = -tosses * Math.LN2;
  let sum = 0;
  for (let k = 0; k <= tosses; k++) {
    if (k >= hits) sum += Math.exp(log);
    log += Math.log(tosses - k) - Math.log(k + 1);
  }
  return Math.min(1, sum);
}

/**
 * Returns true where losses are lower beyond chance, on the same examples.
 * @param times ratio of the means that counts as clear
 */
export function isClearlyLower(low: Float64Array, high: Float64Array, times = LOSS_TIMES): boolean {
  if (!high.every(Number.isFinite)) return low.every(Number.isFinite);
  if (!(mean(high) >= times * mean(low))) return false;
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
