import { UserError } from '../../../protocol/errors';
import type { RemoveAmount } from '../../../protocol/steps/remove';
import type { ModelContent } from '../../checkpoint/types';
import { modelSize } from './describe';

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
  const [what, share] = 'macs' in amount ? (['macs', amount.macs] as const) : (['params', amount.params] as const);
  const size = (one: ModelContent): number => {
    const { [what]: figure } = modelSize(one);
    if (figure === null)
      throw new UserError('The MACs of the model cannot be inferred: ask for a share of the parameters or channels.');
    return figure;
  };
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
