import type { AdamRate } from '../fused-update/adam-module';
import { splitPlan } from '../fused-update/split';
import { isShared, type NativeArray, nativeTypeOf, type SharedArray, sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { PendingValue, Value } from '../graph/value';
import { prepareStages } from '../sessions/compiled-graph';
import { type Executor, namedFailure } from '../sessions/executor';
import type { ScalarSlots } from '../sessions/scalar-slots';
import type { WorkerPool } from './worker-pool';
import { DividedGraph } from './divided-graph';
import type { DividedModel, Port } from './divided-model';
import type { Distribution } from './distribution';
import type { Sharding } from './sharding';

/** A plan that was recorded for one share of the examples. */
export interface DividedPlan extends Distribution {
  /** Number of shares that each worker computes, one after the other. */
  readonly microBatches: number;
  /** The output that is the result of the computation, with or without a row for each example. */
  readonly result: PendingValue;
  /** The leaves with one example per row. */
  readonly examples: ReadonlySet<Value>;
}

/** Runs divided plans on all workers of a pool, each with its shares of the examples. */
export class DividedExecutor {
  /** The values whose data are arrays of shared memory. */
  readonly #holders = new WeakMap<ArrayBufferView, Value>();

  constructor(
    private readonly workers: WorkerPool,
    private readonly executor: Executor,
  ) {}

  /**
   * Computes the outputs of the plan and stores them in their values, except the result.
   *
   * @param rows all rows of each leaf with examples
   * @returns the result for all examples
   */
  run(divided: DividedPlan, rows: ReadonlyMap<Value, NativeArray>): Float32Array {
    const { plan, outputs, result, microBatches } = divided;
    const { pool, stats, graphs } = this.executor;
    stats.flushes++;
    const compile = (slots: ScalarSlots): DividedGraph => this.#compile(divided, slots);
    const graph = graphs.find(plan, `${this.workers.count} x ${microBatches}`, DividedGraph, compile);
    const leaves = graph.model.signature.feeds.map(({ leaf }) => plan.leaves[leaf]!);
    const start = performance.now();
    this.#uploadStates(graph, plan);
    const results = resultsOf(graph, plan);
    let shares: readonly (readonly SharedArray[])[];
    try {
      shares = graph.run(
        (input, share) => {
          const leaf = leaves[input]!;
          const size = sizeOf(leaf.shape);
          return rows.get(leaf)?.subarray(share * size, (share + 1) * size) ?? dataOf(leaf);
        },
        ratesOf(graph, plan),
      );
    } catch (error) {
      throw namedFailure(error);
    }
    stats.runMs += performance.now() - start;
    const parts = new Map([...outputs.keys()].map((value, i) => [value, shares.map((arrays) => arrays[i]!)] as const));
    for (const value of plan.outputs) {
      if (value === result) continue;
      const state = results.get(value);
      value.data = state ?? combineShares(value, outputs, parts, pool.take(value.dtype, sizeOf(value.shape)));
      value.tensor = null;
      value.recyclable = state === undefined;
    }
    const isRows = typeof outputs.get(result) === 'number';
    const all = new Float32Array(sizeOf(result.shape) * (isRows ? shares.length : 1));
    return combineShares(result, outputs, parts, all) as Float32Array;
  }

  /** Notes that a value holds an array of shared memory. It gets a copy before the array is overwritten. */
  track(value: Value): void {
    if (value.data !== null && !Array.isArray(value.data) && isShared(value.data)) this.#holders.set(value.data, value);
  }

  dispose(): void {
    this.workers.dispose();
  }

  #uploadStates(graph: DividedGraph, plan: Plan): void {
    const known = (leaf: number): Float32Array => dataOf(plan.leaves[leaf]!) as Float32Array;
    for (const [i, { update }] of graph.model.fusedUpdates.entries()) {
      const { weight, first, second } = update.leaves;
      graph.upload(i, { weight: known(weight), first: known(first), second: known(second) });
    }
  }

  #detach(array: Float32Array<SharedArrayBuffer>): void {
    const holder = this.#holders.get(array);
    if (holder !== undefined && !holder.disposed && holder.data === array) holder.data = new Float32Array(array);
  }

  #compile({ plan, examples, microBatches }: DividedPlan, slots: ScalarSlots): DividedGraph {
    const { runtime, options } = this.executor;
    const { operators, threads } = options;
    const { graph, fusedUpdates } = splitPlan(plan);
    const each = Math.max(1, Math.floor(threads / this.workers.count));
    const prepared = prepareStages(runtime, graph, slots, operators, each);
    const weights = fusedUpdates.map(({ leaves }) => leaves.weight);
    const port = (name: string, { dtype, shape }: Value): Port => ({ name, type: nativeTypeOf(dtype), shape });
    const model: DividedModel = {
      ...prepared,
      microBatches,
      inputs: prepared.signature.feeds.map(({ leaf, name }) => {
        const value = plan.leaves[leaf]!;
        return { ...port(name, value), divided: examples.has(value), weightOf: weights.indexOf(leaf) };
      }),
      outputs: graph.outputs.map((value, i) => port(prepared.signature.outputs[i]!, value)),
      fusedUpdates: fusedUpdates.map((update) => ({
        update,
        gradient: graph.outputs.findIndex(({ index }) => index === update.gradient),
        length: sizeOf(plan.leaves[update.leaves.weight]!.shape),
      })),
    };
    return new DividedGraph(this.workers, model, (array) => this.#detach(array));
  }
}

/** Maps each next weight and moment to its array. */
function resultsOf(graph: DividedGraph, plan: Plan): Map<Value, Float32Array<SharedArrayBuffer>> {
  const results = new Map<Value, Float32Array<SharedArrayBuffer>>();
  for (const [i, { update }] of graph.model.fusedUpdates.entries()) {
    const { weight, first, second } = update.results;
    const next = graph.next(i);
    results.set(plan.order[weight]!, next.weight);
    results.set(plan.order[first]!, next.first);
    results.set(plan.order[second]!, next.second);
  }
  return results;
}

function ratesOf({ model }: DividedGraph, plan: Plan): AdamRate[] {
  const scalar = (leaf: number): number => dataOf(plan.leaves[leaf]!)[0]!;
  return model.fusedUpdates.map(({ update: { leaves } }) => ({
    rate: scalar(leaves.rate),
    epsilon: scalar(leaves.epsilon),
  }));
}

function dataOf({ data }: Value): ArrayLike<number> {
  if (data === null || Array.isArray(data)) throw new Error('A graph input has no data.');
  return data;
}

/**
 * Combines the parts of an output in `all`: concatenates sharded rows, averages partial values, copies a replicated
 * value.
 */
function combineShares(
  value: Value,
  outputs: ReadonlyMap<Value, Sharding>,
  parts: ReadonlyMap<Value, readonly SharedArray[]>,
  all: NativeArray,
): NativeArray {
  const arrays = parts.get(value)!;
  const sharding = outputs.get(value)!;
  if (typeof sharding === 'number') for (const [share, array] of arrays.entries()) all.set(array, share * array.length);
  else if (sharding === 'replicated') all.set(arrays[0]!);
  else for (let i = 0; i < all.length; i++) all[i] = arrays.reduce((sum, array) => sum + array[i]!, 0) / arrays.length;
  return all;
}
