import type { BufferPool } from '../buffers/pool';
import { toNativeArray, sizeOf } from '../graph/native-types';
import type { Plan } from '../graph/plan';
import type { PendingValue } from '../graph/value';
import type { FusedUpdate } from './split';
import { vectorAdam } from './vector-adam';

/**
 * Computes a step of Adam with the gradient that a graph computed.
 *
 * @returns the next weight and moments, in arrays of the pool
 */
export function applyUpdate(
  plan: Plan,
  { beta1, beta2, leaves, results }: FusedUpdate,
  gradient: Float32Array,
  pool: BufferPool,
): [PendingValue, Float32Array<ArrayBuffer>][] {
  const known = (leaf: number): Float32Array => toNativeArray('float32', plan.leaves[leaf]!.data!) as Float32Array;
  const next = (index: number): [PendingValue, Float32Array<ArrayBuffer>] => {
    const value = plan.order[index]!;
    return [value, pool.take('float32', sizeOf(value.shape)) as Float32Array<ArrayBuffer>];
  };
  const [weight, first, second] = [next(results.weight), next(results.first), next(results.second)];
  vectorAdam(
    { weight: known(leaves.weight), first: known(leaves.first), second: known(leaves.second), gradient },
    { beta1, beta2, rate: known(leaves.rate)[0]!, epsilon: known(leaves.epsilon)[0]! },
    { weight: weight[1], first: first[1], second: second[1] },
  );
  return [weight, first, second];
}
