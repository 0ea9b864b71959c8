import { applyFinish } from '../finishing/apply';
import { splitPlan } from '../finishing/split';
import { isNativeType, type NativeArray, type SharedArray, sizeOf, toNativeArray } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';
import { prepareGraph } from '../sessions/compiled-graph';
import { type Executor, namedFailure } from '../sessions/executor';
import type { ScalarSlots } from '../sessions/scalar-slots';
import type { Crew } from './crew';
import { DividedGraph, type Port } from './divided-graph';
import type { Distribution } from './distribution';

/** A plan that was recorded for one share of the examples. */
export interface DividedPlan {
  readonly plan: Plan;
  readonly distribution: Distribution;
  /** The output with a row for each example, or any other. */
  readonly result: PendingValue;
  /** The leaves that have an example in each row. */
  readonly examples: ReadonlySet<Value>;
}

/** Runs divided plans by all threads of a crew, each with a share of the examples. */
export class DividedExecutor {
  constructor(
    private readonly crew: Crew,
    private readonly executor: Executor,
  ) {}

  /**
   * Computes the plan's outputs and stores them in their values, all but the result's.
   *
   * @param rows all rows of each leaf that has examples
   * @returns the result for all examples
   */
  run({ plan, distribution, result, examples }: DividedPlan, rows: ReadonlyMap<Value, NativeArray>): Float32Array {
    const { pool, stats, graphs } = this.executor;
    stats.flushes++;
    const compile = (slots: ScalarSlots): DividedGraph => this.#compile(plan, slots, examples);
    const graph = graphs.find(plan, DividedGraph, compile);
    const leaves = graph.model.emitted.feeds.map(({ leaf }) => plan.leaves[leaf]!);
    const start = performance.now();
    let shares: readonly (readonly SharedArray[])[];
    try {
      shares = graph.run((input, thread) => {
        const leaf = leaves[input]!;
        const size = sizeOf(leaf.shape);
        return rows.get(leaf)?.subarray(thread * size, (thread + 1) * size) ?? dataOf(leaf);
      });
    } catch (error) {
      throw namedFailure(error);
    }
    const parts = new Map(
      [...distribution.keys()].map((value, i) => [value, shares.map((arrays) => arrays[i]!)] as const),
    );
    const results = new Map<Value, NativeArray>();
    for (const finish of graph.model.finishes) {
      const gradients = parts.get(plan.order[finish.gradient]!)! as Float32Array[];
      for (const [value, data] of applyFinish(plan, finish, gradients, pool)) results.set(value, data);
    }
    stats.runMs += performance.now() - start;
    for (const value of plan.outputs) {
      if (value === result) continue;
      const data =
        results.get(value) ?? together(value, distribution, parts, pool.take(value.dtype, sizeOf(value.shape)));
      value.data = data;
      value.tensor = null;
      value.recyclable = true;
    }
    const isRows = typeof distribution.get(result) === 'number';
    const all = new Float32Array(sizeOf(result.shape) * (isRows ? this.crew.count : 1));
    return together(result, distribution, parts, all) as Float32Array;
  }

  #compile(plan: Plan, slots: ScalarSlots, examples: ReadonlySet<Value>): DividedGraph {
    const { operators, threads } = this.executor.options;
    const { graph, finishes } = splitPlan(plan);
    const each = Math.max(1, Math.floor(threads / this.crew.count));
    const { emitted, options } = prepareGraph(graph, slots, operators, each);
    const port = (name: string, value: Value, divided: boolean): Port => {
      const { dtype, shape } = value;
      if (!isNativeType(dtype)) throw new TypeError(`A ${dtype} tensor reached a compiled graph.`);
      return { name, type: dtype, shape, divided };
    };
    return new DividedGraph(this.crew, {
      emitted,
      finishes,
      options,
      inputs: emitted.feeds.map(({ leaf, name }) => {
        const value = plan.leaves[leaf]!;
        return port(name, value, examples.has(value));
      }),
      outputs: graph.outputs.map((value, i) => port(emitted.outputs[i]!, value, true)),
    });
  }
}

function dataOf(leaf: Value): NativeArray {
  if (!isNativeType(leaf.dtype) || leaf.data === null) throw new Error('A graph input has no data.');
  return toNativeArray(leaf.dtype, leaf.data);
}

/** What the threads have of an output, put together in `all`: rows one below the other, the mean of parts, or what is the same. */
function together(
  value: Value,
  outputs: Distribution,
  parts: ReadonlyMap<Value, readonly SharedArray[]>,
  all: NativeArray,
): NativeArray {
  const arrays = parts.get(value)!;
  const spread = outputs.get(value)!;
  if (typeof spread === 'number') for (const [thread, array] of arrays.entries()) all.set(array, thread * array.length);
  else if (spread === 'same') all.set(arrays[0]!);
  else for (let i = 0; i < all.length; i++) all[i] = arrays.reduce((sum, array) => sum + array[i]!, 0) / arrays.length;
  return all;
}
