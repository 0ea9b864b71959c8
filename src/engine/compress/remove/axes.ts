import type { Tensor } from '../../checkpoint/types';
import { weightName } from '../../model/roles';
import { WIDTH_KEYS, type LayerChannels } from './channels';

/** An axis of a tensor that runs over channels, and the group of each index along it. */
export interface ChannelAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
  readonly groups: readonly number[];
}

const VECTOR = ['bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'];

/** The axes of a layer's tensor that run over the channels which enter or leave the layer. */
export function channelAxes(tensor: Tensor, layer: LayerChannels): ChannelAxis[] {
  return sidesOf(tensor, layer).map(([axis, side]) => {
    const channels = layer[side];
    const times = tensor.shape[axis]! / channels.length;
    return { axis, side, groups: channels.flatMap((group) => Array.from({ length: times }, () => group)) };
  });
}

/** Whether a kernel sums over the channels that enter its layer; the depthwise do not. */
export const mixes = (tensor: Tensor, layer: LayerChannels): boolean =>
  sidesOf(tensor, layer).length === 2 && weightName(tensor) !== 'depthwise_kernel';

function sidesOf(tensor: Tensor, { type }: LayerChannels): [number, 'inputs' | 'outputs'][] {
  const name = weightName(tensor);
  const rank = tensor.shape.length;
  if (VECTOR.includes(name)) return [[0, 'outputs']];
  if (name === 'depthwise_kernel' || (name === 'kernel' && type === 'DepthwiseConv2D')) return [[rank - 2, 'inputs']];
  if ((name === 'kernel' || name === 'pointwise_kernel') && type in WIDTH_KEYS)
    return [
      [rank - 2, 'inputs'],
      [rank - 1, 'outputs'],
    ];
  return [];
}
