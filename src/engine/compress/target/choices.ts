import { amountOf, type SensitivityPoint } from '../../../protocol/measure/sensitivity';
import type { Choice, SearchLayer } from './search';

/** Choices between two neighboring points of a scan, where amounts are shares; there are none between widths in bits. */
const BETWEEN = 4;

/**
 * Makes choices from the curve of a layer: its points, and more of them on straight lines between the points.
 * A loss that falls while more is pruned is noise of the sample, so each choice has at least the loss of the one before
 * it.
 * @param points from little to much compression, each with its change of size
 */
export function choicesOf(
  points: readonly (Pick<SensitivityPoint, 'sparsity' | 'bits' | 'loss'> & { readonly cost: number })[],
  baselineLoss: number,
): Choice[] {
  const choices: Choice[] = [{ amount: 0, loss: 0, cost: 0 }];
  for (const point of points) {
    const from = choices.at(-1)!;
    const loss = Math.max(from.loss, point.loss - baselineLoss);
    const cost = Math.min(from.cost, point.cost);
    for (let step = 1; step < (point.bits === undefined ? BETWEEN : 1); step++) {
      const way = step / BETWEEN;
      choices.push({
        amount: rounded(from.amount + way * (point.sparsity - from.amount)),
        loss: from.loss + way * (loss - from.loss),
        cost: from.cost + way * (cost - from.cost),
      });
    }
    choices.push({ amount: amountOf(point), loss, cost });
  }
  return choices;
}

/** Rounds for the reader of a recipe. */
const rounded = (sparsity: number): number => Number(sparsity.toFixed(5));

/**
 * Predicts the rise in loss for the amounts of several layers from their curves. Beyond its end, a curve is taken as
 * constant.
 */
export function foretoldLoss(layers: readonly SearchLayer[], amounts: ReadonlyMap<string, number>): number {
  return layers.reduce((sum, { name, choices }) => {
    const amount = amounts.get(name) ?? 0;
    const known = choices.find((choice) => choice.amount === amount);
    if (known) return sum + known.loss;
    const above = choices.findIndex((choice) => choice.amount >= amount);
    const [from, to] = [choices.at(above - 1)!, choices.at(above)!];
    if (above <= 0) return sum + (above === 0 ? 0 : to.loss);
    return sum + from.loss + ((amount - from.amount) / (to.amount - from.amount)) * (to.loss - from.loss);
  }, 0);
}
