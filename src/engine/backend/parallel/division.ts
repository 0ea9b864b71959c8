import { splitPlan } from '../finishing/split';
import { elementBytes, isNativeType, sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import { estimateWork } from '../graph/work';

/** What one operator costs beside its arithmetic, in multiplications and additions that would take as long. */
const WORK_PER_OPERATION = 2e5;
/** What it costs to bring a byte of weights, moments and gradients to another thread, or back, and to add it up. */
const WORK_PER_BYTE = 30;
/** What it costs to wake other threads and to wait for them. */
const WORK_TO_WAKE = 5e6;

/** Into how many equal shares of at least two this many examples can be divided for so many threads. */
export function sharesOf(examples: number, threads: number): number {
  const most = Math.min(threads, Math.floor(examples / 2));
  for (let shares = most; shares > 1; shares--) if (examples % shares === 0) return shares;
  return 1;
}

/** Whether running a plan's shares side by side saves more than it costs. */
export function isWorthDividing(plan: Plan): boolean {
  const { graph } = splitPlan(plan);
  const work = graph.order.reduce(
    (sum, { node, shape }) => sum + WORK_PER_OPERATION + estimateWork(node.operation.kind, shape, node.inputShapes),
    0,
  );
  const bytes = [...graph.leaves, ...graph.outputs].reduce(
    (sum, { dtype, shape }) => sum + (isNativeType(dtype) ? sizeOf(shape) * elementBytes(dtype) : 0),
    0,
  );
  return work > WORK_TO_WAKE + bytes * WORK_PER_BYTE;
}
