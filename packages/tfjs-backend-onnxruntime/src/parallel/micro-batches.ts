import { splitPlan } from '../fused-update/split';
import type { Plan } from '../graph/plan';
import { isPending, type PendingValue } from '../graph/value';
import { bytesOf, sum } from './division';

/** Examples are channels of filter gradients, and rows of products: fewer than this leave most of them empty. */
const LEAST_EXAMPLES = 8;
/** An image is found in the cache again if it has at most so many times its bytes: it is computed in parts, and not read as a whole. */
const LARGEST_IMAGE = 1.25;
/** Nanoseconds that are saved for each byte that is found in the cache when it is read once more. */
const SAVED_PER_BYTE = 0.2;
/** What calling the operators of one recorded operation once more costs, in nanoseconds. */
const COST_PER_OPERATION = 12_000;
/** The same for each byte of a result, which is kept for each micro-batch until the mean is taken. */
const COST_PER_RESULT_BYTE = 0.4;
/** So many times more must be saved than it costs. */
const MARGIN = 1.5;

/**
 * Into how many micro-batches a thread divides its share of the examples, so that what it computes is still in the second-level cache
 * when it is read once more: as many as save most, or one where they would cost more than they save.
 *
 * @param plan recorded for all examples of the thread, whose number is `rows`
 * @param cacheBytes of the second-level cache of one core
 */
export function microBatchesFor(plan: Plan, rows: number, cacheBytes: number): number {
  const { order, outputs } = splitPlan(plan).graph;
  const costOfOne = COST_PER_OPERATION * order.length + COST_PER_RESULT_BYTE * sum(outputs.map(bytesOf));
  const most = LARGEST_IMAGE * cacheBytes;
  const large = readOnceMore(order)
    .map(bytesOf)
    .filter((bytes) => bytes > most);
  const gain = (microBatches: number): number => {
    const saved = SAVED_PER_BYTE * sum(large.filter((bytes) => bytes <= microBatches * most));
    return saved - MARGIN * (microBatches - 1) * costOfOne;
  };
  let best = 1;
  for (let microBatches = 2; rows >= microBatches * LEAST_EXAMPLES; microBatches++) {
    if (rows % microBatches === 0 && gain(microBatches) > gain(best)) best = microBatches;
  }
  return best;
}

/** The values that are read later than by the next operation: that one finds in the cache what it can keep anyhow. */
function readOnceMore(order: readonly PendingValue[]): PendingValue[] {
  const lastRead = new Map<PendingValue, number>();
  for (const [i, { node }] of order.entries()) {
    for (const input of node.inputs) if (isPending(input)) lastRead.set(input, i);
  }
  return order.filter((value, i) => (lastRead.get(value) ?? 0) > i + 1);
}
