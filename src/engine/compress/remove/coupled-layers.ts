import { makesChannels } from '../../model/op/channels';
import type { ChannelGroups } from './channel-groups';

/** Layers that produce the same channel groups together. */
export interface CoupledLayers {
  /** Indices of these layers in the model. */
  readonly producers: readonly number[];
  /** The channel groups, in the order of the channels. */
  readonly groups: readonly number[];
}

/** Collects the channel groups of a model by the layers that produce them. */
export function coupledLayers({ layers }: ChannelGroups): CoupledLayers[] {
  const producers = new Map<number, number[]>();
  layers.forEach(({ op, outputs }, i) => {
    if (!makesChannels(op)) return;
    for (const group of new Set(outputs)) {
      const known = producers.get(group);
      if (known) known.push(i);
      else producers.set(group, [i]);
    }
  });
  const found = new Map<string, { producers: number[]; groups: number[] }>();
  for (const [group, indices] of producers) {
    const key = indices.join();
    const known = found.get(key);
    if (known) known.groups.push(group);
    else found.set(key, { producers: indices, groups: [group] });
  }
  return [...found.values()];
}
