import { UserError } from '../../../protocol/errors';
import type { RemoveAmount } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import type { ChannelGroups } from './channels';
import { modelSize } from './describe';
import type { Family } from './families';
import { removeChannels } from './shrink';

/**
 * How many of the groups in `order` an amount takes: a share of the `total` that are ranked, or as few as bring MACs or
 * parameters down by the share that is asked for.
 * @param without the model without some groups
 * @throws UserError where all of them together do not suffice
 */
export function countFor(
  amount: RemoveAmount,
  order: readonly number[],
  total: number,
  without: (groups: readonly number[]) => ModelContent,
  model: ModelContent,
): number {
  if ('channels' in amount) return Math.min(order.length, Math.round(amount.channels * total));
  if ('zeros' in amount) return order.length;
  const { what, share } = wanted(amount);
  const size = (one: ModelContent): number => sizeBy(what, one);
  const before = size(model);
  const most = before * (1 - share);
  const enough = (count: number): boolean => size(without(order.slice(0, count))) <= most;
  if (!enough(order.length)) {
    const best = 1 - size(without(order)) / before;
    const reachable = Math.floor(best * 1000) / 1000;
    throw new UserError(
      `A share of ${share} of the ${what === 'macs' ? 'MACs' : 'parameters'} cannot be removed, because every layer keeps a channel and some are left whole: ask for ${reachable} at most.`,
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

/** The share of MACs or parameters that removing the first group of a family saves; 1 where the amount counts channels. */
export function saving(model: ModelContent, groups: ChannelGroups, family: Family, amount: RemoveAmount): number {
  if ('channels' in amount || 'zeros' in amount) return 1;
  const { what } = wanted(amount);
  const layers = family.makers.map((maker) => groups.layers[maker]!);
  const [first] = family.groups;
  // A layer of one channel would be emptied: nothing can be removed of it, whatever that would save.
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
