import type { Tensor } from '../checkpoint/types';
import { makesChannels } from './op/channels';
import type { Op } from './op/op';

/** The role of a tensor in its layer. */
export type TensorRole =
  | 'kernel'
  | 'depthwise-kernel'
  | 'pointwise-kernel'
  | 'recurrent-kernel'
  | 'table'
  | 'bias'
  | 'scale'
  | 'offset'
  | 'mean'
  | 'variance'
  | 'slopes'
  | 'constant';

/** An axis of a tensor that runs over channels which enter or leave its layer. */
export interface TensorAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
}

/** Returns the role of a tensor in an op, of which its name alone says less: a depthwise kernel may be called a kernel. */
export const roleIn = (role: TensorRole, { kind }: Op): TensorRole =>
  role === 'kernel' && kind === 'depthwise-conv' ? 'depthwise-kernel' : role;

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
