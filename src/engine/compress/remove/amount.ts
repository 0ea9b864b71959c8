import { typedPercent } from '../../../protocol/format';
import { UserError } from '../../../protocol/errors';
import type { RemoveAmount } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import type { ChannelGroups } from './channel-groups';
import { modelSize } from './describe';
import type { CoupledLayers } from './coupled-layers';
import type { Bundle } from './ranking';
import { removeChannels } from './shrink';

/**
 * Counts the bundles in `order` that an amount removes: their groups are a share of the `total` of ranked groups; or
 * they are the fewest that reduce MACs or parameters by the requested share.
 * @param without makes the model without some groups
 * @param stopped the layer that stops the removal most, where one does
 * @throws UserError where all of them together do not suffice
 */
export function countFor(
  amount: RemoveAmount,
  order: readonly Bundle[],
  total: number,
  without: (groups: readonly number[]) => ModelContent,
  model: ModelContent,
  stopped: string | undefined,
): number {
  if ('channels' in amount) return countOf(order, Math.round(amount.channels * total));
  if ('zeros' in amount) return order.length;
  const { what, share } = wanted(amount);
  const size = (one: ModelContent): number => sizeBy(what, one);
  const before = size(model);
  const most = before * (1 - share);
  const enough = (count: number): boolean => size(without(groupsOf(order.slice(0, count)))) <= most;
  if (!enough(order.length)) {
    const best = 1 - size(without(groupsOf(order))) / before;
    const reachable = Math.floor(best * 1000) / 1000;
    throw new UserError(
      `A share of ${typedPercent(share)} of the ${what === 'macs' ? 'MACs' : 'parameters'} cannot be removed, because ${stopped ?? 'every layer keeps a channel and some are left whole'}: ask for ${typedPercent(reachable)} at most.`,
    );
  }
  let [low, high] = [0, order.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (enough(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Counts the first bundles that have no more than `most` groups together. */
function countOf(order: readonly Bundle[], most: number): number {
  let groups = 0;
  const beyond = order.findIndex((bundle) => (groups += bundle.groups.length) > most);
  return beyond < 0 ? order.length : beyond;
}

const groupsOf = (order: readonly Bundle[]): number[] => order.flatMap(({ groups }) => groups);

/**
 * Computes the share of MACs or parameters that the removal of the first of these groups saves; 1 where the amount
 * counts channels.
 */
export function saving(
  model: ModelContent,
  groups: ChannelGroups,
  coupled: CoupledLayers,
  amount: RemoveAmount,
): number {
  if ('channels' in amount || 'zeros' in amount) return 1;
  const { what } = wanted(amount);
  const layers = coupled.producers.map((producer) => groups.layers[producer]!);
  const [first] = coupled.groups;
  // A layer with one channel would become empty, so nothing can be removed from it.
  if (first === undefined || layers.some(({ outputs }) => outputs.length === 1)) return 1;
  return 1 - sizeBy(what, removeChannels(model, groups, new Set([first]))) / sizeBy(what, model);
}

const wanted = (amount: Exclude<RemoveAmount, { channels: number } | { zeros: true }>) =>
  'macs' in amount ? { what: 'macs' as const, share: amount.macs } : { what: 'params' as const, share: amount.params };

function sizeBy(what: 'macs' | 'params', model: ModelContent): number {
  const { [what]: figure } = modelSize(model);
  if (figure === null)
    throw new UserError('The MACs of the model cannot be inferred: ask for a share of the parameters or channels.');
  return figure;
}
