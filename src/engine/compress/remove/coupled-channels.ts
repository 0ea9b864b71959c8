import type { CoupledChannels } from '../../../protocol/topology';
import type { ModelContent } from '../../checkpoint/types';
import { channelGroups } from './channels';
import { coupledLayers } from './coupled-layers';
import { whyFixed } from './fixed';

/**
 * Lists the channels that layers make, in sets that can only be removed together.
 * @throws UserError where the model has no layers, or channels cannot be followed
 */
export function coupledChannels(model: ModelContent): CoupledChannels[] {
  const groups = channelGroups(model);
  const { layers, fixed } = groups;
  const all = coupledLayers(groups);
  const setOf = new Map(all.flatMap(({ groups: own }, set) => own.map((group): [number, number] => [group, set])));
  const along = all.map(() => new Set<string>());
  layers.forEach(({ name, inputs, outputs }) => {
    for (const group of [...inputs, ...outputs]) {
      const set = setOf.get(group);
      if (set !== undefined) along[set]!.add(name);
    }
  });
  return all.map(({ producers, groups: own }, set) => {
    const makers = producers.map((i) => layers[i]!.name);
    const kept = own.filter((group) => fixed.has(group));
    const [first] = kept;
    return {
      makers,
      along: [...along[set]!].filter((name) => !makers.includes(name)),
      channels: own.length,
      fixed: kept.length,
      ...(first === undefined ? {} : { reason: whyFixed(fixed.get(first)!, makers[0]!) }),
    };
  });
}
