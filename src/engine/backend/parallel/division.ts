import { splitPlan } from '../finishing/split';
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

/** How a batch is divided into equal shares. */
export interface Division {
  /** Threads that compute side by side. */
  readonly members: number;
  /** How many shares each of them computes, one after the other. */
  readonly turns: number;
}

/** Into how many shares the examples are divided. */
export const sharesOf = ({ members, turns }: Division): number => members * turns;

/** Among how many of the threads this many examples can be divided equally, with at least two for each. */
export function membersFor(examples: number, threads: number): number {
  const most = Math.min(threads, Math.floor(examples / 2));
  for (let members = most; members > 1; members--) if (examples % members === 0) return members;
  return 1;
}

/** Whether running a plan's shares side by side saves more than it costs. */
export function isWorthDividing(plan: Plan): boolean {
  const { order, outputs } = splitPlan(plan).graph;
  const work = order.reduce(
    (sum, { node, shape }) => sum + WORK_PER_OPERATION + estimateWork(node.operation.kind, shape, node.inputShapes),
    0,
  );
  const leaves = new Set(order.flatMap(({ node }) => node.inputs.filter((input) => input.node === null)));
  const bytes = [...leaves, ...outputs].reduce((sum, value) => sum + bytesOf(value), 0);
  return work > WORK_TO_WAKE + bytes * WORK_PER_BYTE;
}

/** Bytes of a value's data; 0 where the backend has no such type. */
export const bytesOf = ({ dtype, shape }: Value): number =>
  isNativeType(dtype) ? sizeOf(shape) * elementBytes(dtype) : 0;
