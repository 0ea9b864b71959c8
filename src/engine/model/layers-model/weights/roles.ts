import type { Tensor } from '../../../checkpoint/types';
import { makesChannels } from '../../op/channels';
import type { Op } from '../../op/op';
import type { TensorAxis, TensorRole } from '../../roles';

/**
 * What a tensor is within its layer, `kernel` for example: as its layer's type says, or else its name without the layer's and
 * without the endings of a graph.
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

/** The role of a tensor of a layer that computes `op`. */
export function roleOf(tensor: Tensor, { kind }: Op): TensorRole {
  const name = weightName(tensor);
  const role = Object.hasOwn(ROLES, name) ? ROLES[name]! : 'constant';
  return role === 'kernel' && kind === 'depthwise-conv' ? 'depthwise-kernel' : role;
}

/** The axes of a tensor that run over channels; none where it is not known which do. */
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
      // Slopes that all channels share stay as they are.
      return op.kind === 'prelu' && shape.at(-1) !== 1 ? [{ axis: rank - 1, side: 'outputs' }] : [];
    case 'depthwise-kernel':
      return [{ axis: rank - 2, side: 'inputs' }];
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
