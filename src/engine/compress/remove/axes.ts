import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import type { LayerChannels } from './channel-groups';

/** An axis of a tensor that runs over channels, and the group of each index along it. */
export interface ChannelAxis {
  readonly axis: number;
  readonly side: 'inputs' | 'outputs';
  readonly groups: readonly number[];
}

/** Finds the axes of a layer's tensor that run over the channels which enter or leave the layer. */
export function channelAxes({ tensor, axes }: GraphTensor, layer: LayerChannels): ChannelAxis[] {
  return axes.flatMap(({ axis, side }) => {
    const channels = layer[side];
    const times = tensor.shape[axis]! / channels.length;
    // Where channels cannot be followed, the last axis may be a different one. Nothing is removed from it.
    if (!Number.isInteger(times)) return [];
    return [{ axis, side, groups: channels.flatMap((group) => Array.from({ length: times }, () => group)) }];
  });
}

/** Tells whether a kernel sums over the channels that enter its layer. Depthwise kernels do not. */
export const mixes = ({ axes }: GraphTensor): boolean => axes.length === 2;

/** Visits each nonzero weight of a kernel in order, with the channels that it connects. */
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

/** Counts the channels that a layer makes, by its kernel; null where it makes none or has no kernel. */
export function madeBy({ tensors }: Pick<GraphLayer, 'tensors'>): number | null {
  const kernel = tensors.find(mixes);
  return kernel?.tensor.shape[kernel.axes.find(({ side }) => side === 'outputs')!.axis] ?? null;
}

/** Counts the channels of a layer's output; null where neither its shape nor its kernel is known. */
export const widthOf = (layer: GraphLayer): number | null => layer.outputShape?.at(-1) ?? madeBy(layer);
