import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import type { LayerChannels } from './channel-groups';

/** An axis of a tensor that runs over channels, and the group of each index along it. */
export interface ChannelAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
  readonly groups: readonly number[];
}

/** The axes of a layer's tensor that run over the channels which enter or leave the layer. */
export function channelAxes({ tensor, axes }: GraphTensor, layer: LayerChannels): ChannelAxis[] {
  return axes.flatMap(({ axis, side }) => {
    const channels = layer[side];
    const times = tensor.shape[axis]! / channels.length;
    // Where channels cannot be followed the last axis may be another, and none of it is ever cut.
    if (!Number.isInteger(times)) return [];
    return [{ axis, side, groups: channels.flatMap((group) => Array.from({ length: times }, () => group)) }];
  });
}

/** Whether a kernel sums over the channels that enter its layer; the depthwise do not. */
export const mixes = ({ axes }: GraphTensor): boolean => axes.length === 2;

/** Visits each weight of a kernel that is not 0, in order, with the channels between which it lies. */
export function eachWeight(
  { tensor: { data, shape }, axes }: GraphTensor,
  visit: (weight: number, input: number, output: number) => void,
): void {
  const along = (side: ChannelAxis['side']) => {
    const { axis } = axes.find((one) => one.side === side)!;
    return { size: shape[axis]!, stride: shape.slice(axis + 1).reduce((all, size) => all * size, 1) };
  };
  const [inputs, outputs] = [along('inputs'), along('outputs')];
  for (let at = 0; at < data.length; at++) {
    if (data[at] === 0) continue;
    const input = Math.floor(at / inputs.stride) % inputs.size;
    visit(data[at]!, input, Math.floor(at / outputs.stride) % outputs.size);
  }
}

/** How many channels a layer makes, by its kernel; null where it makes none, or its kernel is not there. */
export function madeBy({ tensors }: Pick<GraphLayer, 'tensors'>): number | null {
  const kernel = tensors.find(mixes);
  return kernel?.tensor.shape[kernel.axes.find(({ side }) => side === 'outputs')!.axis] ?? null;
}

/** Channels of the output of a layer; null where neither its shape nor its kernel tells them. */
export const widthOf = (layer: GraphLayer): number | null => layer.outputShape?.at(-1) ?? madeBy(layer);
