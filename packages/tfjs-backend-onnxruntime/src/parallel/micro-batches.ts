import { splitPlan } from '../fused-update/split';
import type { Plan } from '../graph/plan';
import { isPending, type PendingValue } from '../graph/value';
import { bytesOf, sum } from './division';

/**
 * Minimum examples in a micro-batch. Examples are channels of filter gradients and rows of products; fewer would leave
 * most of them empty.
 */
const LEAST_EXAMPLES = 8;
/** An image stays in the cache up to this multiple of its size, because it is computed and read in parts. */
const LARGEST_IMAGE = 1.25;
/** Nanoseconds saved for each byte that a later reader finds in the cache. */
const SAVED_PER_BYTE = 0.2;
/** Nanoseconds for calling the operators of one operation once more. */
const COST_PER_OPERATION = 12_000;
/** Nanoseconds for each byte of a result, which is kept for each micro-batch until the mean is taken. */
const COST_PER_RESULT_BYTE = 0.4;
/** The saving must exceed the cost by this factor. */
const MARGIN = 1.5;

/**
 * Chooses the number of micro-batches of a worker's share, so that values are still in the second-level cache when they
 * are read again. Returns the number that saves most, or 1.
 *
 * @param plan recorded for all examples of the worker
 * @param rows number of these examples
 * @param cacheBytes size of the second-level cache of one core
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

/**
 * Values that are read by a later operation than the next one. The next operation finds its input in the cache anyway.
 */
function readOnceMore(order: readonly PendingValue[]): PendingValue[] {
  const lastRead = new Map<PendingValue, number>();
  for (const [i, { node }] of order.entries()) {
    for (const input of node.inputs) if (isPending(input)) lastRead.set(input, i);
  }
  return order.filter((value, i) => (lastRead.get(value) ?? 0) > i + 1);
}
