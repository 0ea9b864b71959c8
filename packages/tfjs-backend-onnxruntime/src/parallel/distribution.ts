import { splitPlan } from '../fused-update/split';
import { sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import { isPending, type PendingValue, type Value } from '../graph/value';
import { axisOfExamples, type Sharding, shardingOf } from './sharding';

/** The distribution of a plan over workers with a share of the examples each. */
export interface Distribution {
  /** The plan with the values that the workers all-reduce, such as the means of batch normalization. */
  readonly plan: Plan;
  /** The sharding of each output of the graph. */
  readonly outputs: ReadonlyMap<Value, Sharding>;
}

/**
 * Distributes a plan that was recorded for one share. Every value computed across examples must be a mean, or a sum
 * that is divided by the number of examples: the mean over the workers is then the value for the whole batch.
 *
 * @param examples leaves with one example per row
 * @param rows examples in a share, at least 2
 * @param result the output that may have a row for each example
 * @returns null if an operation mixes examples in another way
 */
export function distribute(plan: Plan, examples: ReadonlySet<Value>, rows: number, result: Value): Distribution | null {
  const { graph } = splitPlan(plan);
  const reduced = new Set<PendingValue>();
  let shardings = shardingsOf(graph, examples, rows, reduced);
  while (shardings === 'more to reduce') shardings = shardingsOf(graph, examples, rows, reduced);
  if (shardings === null) return null;
  const outputs = new Map<Value, Sharding>();
  for (const value of graph.outputs) {
    const sharding = shardings.get(value)!;
    const hasRows = value === result && sharding === 1 && axisOfExamples(value.shape, sharding, rows) === 0;
    if (typeof sharding === 'number' && !hasRows) return null;
    outputs.set(value, sharding);
  }
  return { plan: { ...plan, reduced }, outputs };
}

/**
 * Computes the sharding of each value if the workers all-reduce those in `reduced`. Returns null if an operation cannot
 * be distributed. Adds values to `reduced` that must be reduced as well.
 */
function shardingsOf(
  graph: Plan,
  examples: ReadonlySet<Value>,
  rows: number,
  reduced: Set<PendingValue>,
): ReadonlyMap<Value, Sharding> | 'more to reduce' | null {
  const shardings = new Map<Value, Sharding>();
  for (const leaf of graph.leaves) shardings.set(leaf, examples.has(leaf) ? 1 : 'replicated');
  for (const value of graph.order) {
    const { inputs } = value.node;
    const known = inputs.map((input) => shardings.get(input)!);
    const found = shardingOf(value, known, rows);
    if (found === null) {
      const parts = inputs.filter((_, i) => known[i] === 'partial');
      if (parts.length === 0) return null;
      for (const part of parts) for (const source of whereToReduce(part, shardings)) reduced.add(source);
      return 'more to reduce';
    }
    shardings.set(value, reduced.has(value) ? 'replicated' : found);
  }
  return shardings;
}

/** Finds the sums over examples behind a partial value, unless they have more elements than the value itself. */
function whereToReduce(part: Value, shardings: ReadonlyMap<Value, Sharding>): PendingValue[] {
  if (!isPending(part)) throw new Error('A partial value must be a computed one.');
  const parts = part.node.inputs.filter((input) => shardings.get(input) === 'partial');
  if (parts.length === 0 || parts.some(({ shape }) => sizeOf(shape) > sizeOf(part.shape))) return [part];
  return parts.flatMap((source) => whereToReduce(source, shardings));
}
