import { splitPlan } from '../fused-update/split';
import { elementBytes, isNativeType, sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { Value } from '../graph/value';
import { estimateWork } from '../graph/work';

/** What calling one operator costs beside its arithmetic, in multiplications and additions that would take as long. */
const WORK_PER_OPERATION = 2e5;
/**
 * How much work there must be for each byte that goes to another thread or comes back. Moving one takes as long as some 20
 * multiplications; and of the work of operators that two threads share, only a sixth or so is saved by dividing examples.
 */
const WORK_PER_BYTE = 120;
/** The same for waking other threads and waiting for them, which takes a tenth of a millisecond. */
const WORK_TO_WAKE = 3e7;
/** The same for each value that threads bring together on the way, with a part of a graph to be called after it. */
const WORK_PER_ALL_REDUCE = 1.2e7;
/**
 * As much work is saved for each number of a weight that Adam steps, of which each thread steps a part; less what is spent to
 * copy it and its gradient between the memory that threads share and that of ONNX Runtime.
 */
const WORK_PER_STEPPED = 200;
/** The most that threads may share for weights that are stepped, so that networks with very large ones take no more memory. */
const MOST_STEPPED_BYTES = 2 ** 28;
/** Weights and two moments, before a step and after it. */
const STATES_OF_A_WEIGHT = 6;
const FLOAT_BYTES = 4;

/** How a batch is divided into equal shares. */
export interface Division {
  /** Threads that compute side by side. */
  readonly workers: number;
  /** How many shares each of them computes, one after the other. */
  readonly microBatches: number;
}

/** Into how many shares the examples are divided. */
export const sharesOf = ({ workers, microBatches }: Division): number => workers * microBatches;

/** Among how many of the threads this many examples can be divided equally, with at least two for each. */
export function workersFor(examples: number, threads: number): number {
  const most = Math.min(threads, Math.floor(examples / 2));
  for (let workers = most; workers > 1; workers--) if (examples % workers === 0) return workers;
  return 1;
}

/** Whether running a plan's shares side by side saves more than it costs. */
export function isWorthDividing(plan: Plan, shares: number): boolean {
  const { graph, fusedUpdates } = splitPlan(plan);
  const { order, outputs } = graph;
  const stepped = fusedUpdates.map(({ leaves }) => plan.leaves[leaves.weight]!);
  const steppedBytes = sum(stepped.map(bytesOf));
  // Each share has a gradient of its own.
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

/** Bytes of a value's data; 0 where the backend has no such type. */
export const bytesOf = ({ dtype, shape }: Value): number =>
  isNativeType(dtype) ? sizeOf(shape) * elementBytes(dtype) : 0;

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
