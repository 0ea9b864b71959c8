import type { Tensor } from '../../../checkpoint/types';
import type { Op } from '../../op/op';
import { roleIn, type TensorRole } from '../../roles';

/**
 * Returns the name of a tensor within its layer, such as `kernel`: by the type of the layer, or else from its own name,
 * without the name of the layer and without the endings of a graph.
 */
export const weightName = ({ name, weight }: Tensor): string =>
  weight ?? (name.split('/').at(-1) ?? '').replace(/(_\d+)?(:0)?$/, '').toLowerCase();

const ROLES: Readonly<Record<string, TensorRole>> = {
  kernel: 'kernel',
  depthwise_kernel: 'depthwise-kernel',
  pointwise_kernel: 'pointwise-kernel',
  recurrent_kernel: 'recurrent-kernel',
  embeddings: 'table',
  bias: 'bias',
  gamma: 'scale',
  beta: 'offset',
  moving_mean: 'mean',
  moving_variance: 'variance',
  mean: 'mean',
  variance: 'variance',
  alpha: 'slopes',
};

/** Returns the role of a tensor in a layer that computes `op`. */
export function roleOf(tensor: Tensor, op: Op): TensorRole {
  const name = weightName(tensor);
  return roleIn(Object.hasOwn(ROLES, name) ? ROLES[name]! : 'constant', op);
}
