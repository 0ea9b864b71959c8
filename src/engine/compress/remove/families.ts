import type { ChannelGroups } from './channel-groups';
import { WIDTH_KEYS } from './follow';

/** Groups of channels that are alike: the same layers make them together. */
export interface Family {
  /** Indices of these layers in the model. */
  readonly makers: readonly number[];
  /** In the order of the channels. */
  readonly groups: readonly number[];
}

/** All groups that layers of the model make, by family. */
export function families({ layers }: ChannelGroups): Family[] {
  const makers = new Map<number, number[]>();
  layers.forEach(({ type, outputs }, i) => {
    if (!(type in WIDTH_KEYS)) return;
    for (const group of new Set(outputs)) {
      const known = makers.get(group);
      if (known) known.push(i);
      else makers.set(group, [i]);
    }
  });
  const found = new Map<string, { makers: number[]; groups: number[] }>();
  for (const [group, indices] of makers) {
    const key = indices.join();
    const known = found.get(key);
    if (known) known.groups.push(group);
    else found.set(key, { makers: indices, groups: [group] });
  }
  return [...found.values()];
}
