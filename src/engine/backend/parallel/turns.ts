import { splitPlan } from '../finishing/split';
import type { Plan } from '../graph/plan';
import { bytesOf } from './division';

/** Examples are channels of filter gradients, and rows of products: fewer than this leave most of them empty. */
const LEAST_EXAMPLES = 8;
/** The largest image of a turn may have so many times the bytes of the cache: it is computed in parts, and not read as a whole. */
const LARGEST_IMAGE = 1.25;
/** Nanoseconds that are saved for each byte that is computed and read again, if it is in the cache by then. */
const SAVED_PER_BYTE = 0.1;
/** What calling the operators of one recorded operation once more costs, in nanoseconds. */
const COST_PER_OPERATION = 12_000;
/** The same for each byte of a result, which is kept for each turn until the mean is taken. */
const COST_PER_RESULT_BYTE = 0.4;
/** So many times more must be saved than it costs. */
const MARGIN = 1.5;

/**
 * In how many turns a thread computes its share of the examples, so that what it computes is still in the second-level cache
 * when it is read: the fewest that bring it there, or one where they would cost more than they save.
 *
 * @param plan recorded for all examples of the thread, whose number is `rows`
 * @param cacheBytes of the second-level cache of one core
 */
export function turnsFor(plan: Plan, rows: number, cacheBytes: number): number {
  const { order, outputs } = splitPlan(plan).graph;
  const sizes = order.map(bytesOf);
  const sum = (bytes: readonly number[]): number => bytes.reduce((total, one) => total + one, 0);
  const largest = Math.max(...sizes);
  const saved = SAVED_PER_BYTE * sum(sizes);
  const costOfTurn = COST_PER_OPERATION * order.length + COST_PER_RESULT_BYTE * sum(outputs.map(bytesOf));
  for (let turns = 1; rows >= turns * LEAST_EXAMPLES; turns++) {
    if (rows % turns !== 0 || largest > turns * LARGEST_IMAGE * cacheBytes) continue;
    return saved > MARGIN * (turns - 1) * costOfTurn ? turns : 1;
  }
  return 1;
}
