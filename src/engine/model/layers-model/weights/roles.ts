import type { Tensor } from '../../../checkpoint/types';
import { makesChannels } from '../../op/channels';
import type { Op } from '../../op/op';
import type { TensorAxis, TensorRole } from '../../roles';

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
export function roleOf(tensor: Tensor, { kind }: Op): TensorRole {
  const name = weightName(tensor);
  const role = Object.hasOwn(ROLES, name) ? ROLES[name]! : 'constant';
  return role === 'kernel' && kind === 'depthwise-conv' ? 'depthwise-kernel' : role;
}

/** Finds the axes of a tensor that run over channels; none where they are unknown. */
export function axesOf({ shape }: Tensor, role: TensorRole, op: Op): TensorAxis[] {
  const rank = shape.length;
  switch (role) {
    case 'bias':
    case 'scale':
    case 'offset':
      return [{ axis: 0, side: 'outputs' }];
    case 'mean':
    case 'variance':
      return op.kind === 'batch-normalization' ? [{ axis: 0, side: 'outputs' }] : [];
    case 'slopes':
      // Slopes that all channels share stay unchanged.
      return op.kind === 'prelu' && shape.at(-1) !== 1 ? [{ axis: rank - 1, side: 'outputs' }] : [];
    case 'depthwise-kernel':
      return op.kind === 'depthwise-conv' && op.grouped === true
        ? [{ axis: rank - 1, side: 'outputs' }]
        : [{ axis: rank - 2, side: 'inputs' }];
    case 'kernel':
    case 'pointwise-kernel': {
      if (!makesChannels(op)) return [];
      const [input, output] = op.kind === 'transposed-conv' ? [1, 2] : [2, 1];
      return [
        { axis: rank - input, side: 'inputs' },
        { axis: rank - output, side: 'outputs' },
      ];
    }
    case 'recurrent-kernel':
    case 'table':
    case 'constant':
      return [];
  }
}
