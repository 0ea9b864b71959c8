import { splitPlan } from '../finishing/split';
import type { Plan } from '../graph/plan';
import type { Value } from '../graph/value';
import { axisOfExamples, type Spread, spreadOf } from './spreads';

/** How each output of a plan's graph lies on threads that have a share of the examples each. */
export type Distribution = ReadonlyMap<Value, Spread>;

/**
 * How a plan that was recorded for one share of the examples can be computed by threads which do not wait for each other
 * before the end. Everything computed across examples must be a mean, or a sum that is divided by a number of examples: then
 * the mean over the threads is what the whole batch gives.
 *
 * @param examples the leaves that have an example in each row
 * @param rows examples in a share, at least 2
 * @param result the output that may have a row for each example
 * @returns null where an operation needs what other threads have, as batch normalisation does in training
 */
export function distribute(plan: Plan, examples: ReadonlySet<Value>, rows: number, result: Value): Distribution | null {
  const { graph } = splitPlan(plan);
  const spreads = new Map<Value, Spread>();
  for (const leaf of plan.leaves) spreads.set(leaf, examples.has(leaf) ? 1 : 'same');
  for (const value of graph.order) {
    const inputs = value.node.inputs.map((input) => spreads.get(input)!);
    const spread = spreadOf(value, inputs, rows);
    if (spread === null) return null;
    spreads.set(value, spread);
  }
  const outputs = new Map(graph.outputs.map((value) => [value, spreads.get(value)!] as const));
  const hasRows = (value: Value, spread: number): boolean =>
    value === result && spread === 1 && axisOfExamples(value.shape, spread, rows) === 0;
  const canBePut = [...outputs].every(([value, spread]) => typeof spread !== 'number' || hasRows(value, spread));
  return canBePut ? outputs : null;
}
