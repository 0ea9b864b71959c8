import { splitPlan } from '../fused-update/split';
import { elementBytes, isNativeType, sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { Value } from '../graph/value';
import { estimateWork } from '../graph/work';

/** The cost of calling one operator, in multiplications and additions. */
const WORK_PER_OPERATION = 2e5;
/**
 * Work that each byte to or from another worker must pay for. Moving a byte takes as long as some 20 multiplications,
 * and dividing saves only about a sixth of the work that two threads share within operators.
 */
const WORK_PER_BYTE = 120;
/** Work that pays for waking the other workers and waiting for them, about a tenth of a millisecond. */
const WORK_TO_WAKE = 3e7;
/** Work that pays for each all-reduce, including the call of another stage. */
const WORK_PER_ALL_REDUCE = 1.2e7;
/**
 * Work saved for each element of a weight, because each worker updates a part; minus the copies of weight and gradient
 * between shared memory and the memory of ONNX Runtime.
 */
const WORK_PER_STEPPED = 200;
/** Limit for the shared memory of updated weights, so that networks with very large weights take no more memory. */
const MOST_STEPPED_BYTES = 2 ** 28;
/** A weight and two moments, before and after a step. */
const STATES_OF_A_WEIGHT = 6;
const FLOAT_BYTES = 4;

/** The division of a batch into equal shares. */
export interface Division {
  /** Workers that compute in parallel. */
  readonly workers: number;
  /** Number of shares that each worker computes, one after the other. */
  readonly microBatches: number;
}

/** Number of shares of a division. */
export const sharesOf = ({ workers, microBatches }: Division): number => workers * microBatches;

/** The largest number of workers, at most `threads`, that divides the examples equally with at least two for each. */
export function workersFor(examples: number, threads: number): number {
  const most = Math.min(threads, Math.floor(examples / 2));
  for (let workers = most; workers > 1; workers--) if (examples % workers === 0) return workers;
  return 1;
}

/** True if computing the shares of a plan in parallel saves more than it costs. */
export function isWorthDividing(plan: Plan, shares: number): boolean {
  const { graph, fusedUpdates } = splitPlan(plan);
  const { order, outputs } = graph;
  const stepped = fusedUpdates.map(({ leaves }) => plan.leaves[leaves.weight]!);
  const steppedBytes = sum(stepped.map(bytesOf));
  // Each share has its own gradient.
  if ((STATES_OF_A_WEIGHT + shares) * steppedBytes > MOST_STEPPED_BYTES) return false;
  const work =
    sum(
      order.map(({ node, shape }) => WORK_PER_OPERATION + estimateWork(node.operation.kind, shape, node.inputShapes)),
    ) +
    (WORK_PER_STEPPED * steppedBytes) / FLOAT_BYTES;
  const leaves = new Set(order.flatMap(({ node }) => node.inputs.filter((input) => input.node === null)));
  const gradients = fusedUpdates.map(({ gradient }) => plan.order[gradient]!);
  const inPlace = new Set<Value>([...stepped, ...gradients]);
  const moved = [...leaves, ...outputs].filter((value) => !inPlace.has(value));
  return work > WORK_TO_WAKE + WORK_PER_BYTE * sum(moved.map(bytesOf)) + WORK_PER_ALL_REDUCE * plan.reduced.size;
}

/** Bytes of the data of a value; 0 for types that are not native. */
export const bytesOf = ({ dtype, shape }: Value): number =>
  isNativeType(dtype) ? sizeOf(shape) * elementBytes(dtype) : 0;

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
