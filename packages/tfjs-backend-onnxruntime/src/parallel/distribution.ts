import { splitPlan } from '../fused-update/split';
import { sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import { isPending, type PendingValue, type Value } from '../graph/value';
import { axisOfExamples, type Sharding, shardingOf } from './sharding';

/** How a plan is computed by threads that have a share of the examples each. */
export interface Distribution {
  /** The plan with what the threads have to bring together on the way, as the means of batch normalisation. */
  readonly plan: Plan;
  /** How each output of the plan's graph lies on the threads. */
  readonly outputs: ReadonlyMap<Value, Sharding>;
}

/**
 * How a plan that was recorded for one share of the examples can be computed by threads with such a share each. Everything
 * computed across examples must be a mean, or a sum that is divided by a number of examples: then the mean over the threads is
 * what the whole batch gives.
 *
 * @param examples the leaves that have an example in each row
 * @param rows examples in a share, at least 2
 * @param result the output that may have a row for each example
 * @returns null where an operation mixes examples otherwise
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
 * How each value lies on the threads, if those in `reduced` are brought together; null where some operation cannot be computed so.
 * Adds to `reduced` what would have to be there too, if anything.
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

/** What a part is computed from that came to be by adding up examples, unless that is more to bring together. */
function whereToReduce(part: Value, shardings: ReadonlyMap<Value, Sharding>): PendingValue[] {
  if (!isPending(part)) throw new Error('A part is computed.');
  const parts = part.node.inputs.filter((input) => shardings.get(input) === 'partial');
  if (parts.length === 0 || parts.some(({ shape }) => sizeOf(shape) > sizeOf(part.shape))) return [part];
  return parts.flatMap((source) => whereToReduce(source, shardings));
}
