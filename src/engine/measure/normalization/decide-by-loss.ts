import { isClearlyLower, type Answers, type Decision } from './decide';

/** Ratio of two mean losses that counts as clear. */
const TIMES = 1.25;

/**
 * Decides between normalizations where examples have no class: the one with the lowest loss, if it knows something of the
 * targets and every other one costs clearly more on the same examples.
 * @param knows tells whether the answers are better than those of a network that does not look at the examples
 */
export function decideByLoss<T extends Answers>(all: readonly T[], knows: (one: T) => boolean): Decision | undefined {
  const [best] = [...all].sort((a, b) => sumOf(a) - sumOf(b));
  if (!best || !knows(best)) return undefined;
  const others = all.filter((one) => one !== best);
  return others.every((one) => isClearlyLower(best.losses, one.losses, TIMES)) ? { best } : undefined;
}

const sumOf = ({ losses }: Answers): number => losses.reduce((sum, loss) => sum + loss, 0);
