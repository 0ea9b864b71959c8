import type { Tensor } from '../../checkpoint/types';
import type { GraphLayer } from '../../model/graph';
import { weightName } from '../../model/roles';
import type { LayerChannels } from './channel-groups';
import { WIDTH_KEYS } from './follow';

/** An axis of a tensor that runs over channels, and the group of each index along it. */
export interface ChannelAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
  readonly groups: readonly number[];
}

const VECTOR = ['bias', 'gamma', 'beta', 'moving_mean', 'moving_variance'];

/** The axes of a layer's tensor that run over the channels which enter or leave the layer. */
export function channelAxes(tensor: Tensor, layer: LayerChannels): ChannelAxis[] {
  return sidesOf(tensor, layer).flatMap(([axis, side]) => {
    const channels = layer[side];
    const times = tensor.shape[axis]! / channels.length;
    // Where channels cannot be followed the last axis may be another, and none of it is ever cut.
    if (!Number.isInteger(times)) return [];
    return [{ axis, side, groups: channels.flatMap((group) => Array.from({ length: times }, () => group)) }];
  });
}

/** Whether a kernel sums over the channels that enter its layer; the depthwise do not. */
export const mixes = (tensor: Tensor, layer: LayerChannels): boolean =>
  sidesOf(tensor, layer).length === 2 && weightName(tensor) !== 'depthwise_kernel';

/** How many channels a layer makes, by its kernel; null where it makes none, or its kernel is not there. */
export function madeBy({ type, tensors }: GraphLayer): number | null {
  for (const { tensor } of tensors) {
    const sides = sidesOf(tensor, { type });
    if (sides.length === 2) return tensor.shape[sides.find(([, side]) => side === 'outputs')![0]] ?? null;
  }
  return null;
}

/** Channels of the output of a layer; null where neither its shape nor its kernel tells them. */
export const widthOf = (layer: GraphLayer): number | null => layer.outputShape?.at(-1) ?? madeBy(layer);

function sidesOf(tensor: Tensor, { type }: Pick<LayerChannels, 'type'>): [number, 'inputs' | 'outputs'][] {
  const name = weightName(tensor);
  const rank = tensor.shape.length;
  const transposed = type.endsWith('Transpose');
  if (VECTOR.includes(name)) return [[0, 'outputs']];
  // Slopes that all channels share stay as they are.
  if (type === 'PReLU' && name === 'alpha') return tensor.shape[rank - 1] === 1 ? [] : [[rank - 1, 'outputs']];
  if (name === 'depthwise_kernel' || (name === 'kernel' && type === 'DepthwiseConv2D')) return [[rank - 2, 'inputs']];
  if ((name === 'kernel' || name === 'pointwise_kernel') && type in WIDTH_KEYS)
    return [
      [rank - (transposed ? 1 : 2), 'inputs'],
      [rank - (transposed ? 2 : 1), 'outputs'],
    ];
  return [];
}
