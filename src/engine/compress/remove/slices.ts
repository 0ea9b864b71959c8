import { shapeSize } from '../../checkpoint/dtype';
import type { ModelContent } from '../../checkpoint/types';
import { isFloat, piecesOf, type FloatTensor } from '../../checkpoint/values';
import { readGraph } from '../../model/graph';
import type { TensorRole } from '../../model/roles';
import { channelAxes, mixes } from './axes';
import type { ChannelGroups } from './channel-groups';

/** One tensor in slices along the channels that its layer makes: slice i belongs to group `groups[i]`. */
export interface Sliced {
  readonly layer: string;
  readonly tensor: FloatTensor;
  /** `kernel` for all that make or filter channels. */
  readonly role: TensorRole;
  readonly axis: number;
  readonly groups: readonly number[];
}

/**
 * Slices the tensors of a model, one slice for each channel: filters, neurons, depthwise filters, and vectors with one
 * value for each channel.
 */
export function slices(model: ModelContent, { layers }: ChannelGroups): Sliced[] {
  const { nodes } = readGraph(model);
  return layers.flatMap((layer, i) =>
    nodes[i]!.tensors.flatMap((one) => {
      const { tensor, kernel, role } = one;
      const axes = channelAxes(one, layer);
      // A depthwise kernel is sliced along its input channels, which are its output channels too.
      const sliced = axes.find(({ side }) => side === 'outputs') ?? axes[0];
      if (!sliced || !isFloat(tensor)) return [];
      return [
        {
          layer: layer.name,
          tensor,
          role: kernel ? 'kernel' : role,
          axis: sliced.axis,
          groups: sliced.groups,
        },
      ];
    }),
  );
}

/**
 * Slices the kernels that sum over channels along their input channels: a slice holds the weights that read one channel.
 */
export function inputSlices(model: ModelContent, { layers }: ChannelGroups): Sliced[] {
  const { nodes } = readGraph(model);
  return layers.flatMap((layer, i) =>
    nodes[i]!.tensors.flatMap((one) => {
      const { tensor } = one;
      const sliced = channelAxes(one, layer).find(({ side }) => side === 'inputs');
      if (!sliced || !mixes(one) || !isFloat(tensor)) return [];
      return [{ layer: layer.name, tensor, role: 'kernel', axis: sliced.axis, groups: sliced.groups }];
    }),
  );
}

/** Sums `value` over the weights of each slice. */
export function sumSlices({ tensor, axis }: Sliced, value: (weight: number, at: number) => number): Float64Array {
  const length = tensor.shape[axis]!;
  const inner = shapeSize(tensor.shape.slice(axis + 1));
  const sums = new Float64Array(length);
  // Counting is many times faster than a division for each weight.
  let [at, slice, within] = [0, 0, 0];
  for (const piece of piecesOf(tensor))
    for (let i = 0; i < piece.length; i++, at++) {
      sums[slice]! += value(piece[i]!, at);
      if (++within < inner) continue;
      within = 0;
      if (++slice === length) slice = 0;
    }
  return sums;
}
