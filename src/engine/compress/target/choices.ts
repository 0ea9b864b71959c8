import type { SensitivityPoint } from '../../../protocol/measure/sensitivity';
import type { Choice, SearchLayer } from './search';

/** Choices between two neighbouring points of a scan. */
const BETWEEN = 4;

/**
 * The choices that the curve of a layer gives: its points, and between each two of them more on a straight line. A loss that
 * falls as more is cut is noise of the sample: each counts for at least what the ones before it cost.
 * @param points by ascending sparsity, each with the change of size that it makes
 */
export function choicesOf(
  points: readonly (Pick<SensitivityPoint, 'sparsity' | 'loss'> & { readonly cost: number })[],
  baselineLoss: number,
): Choice[] {
  const choices: Choice[] = [{ sparsity: 0, loss: 0, cost: 0 }];
  for (const point of points) {
    const from = choices.at(-1)!;
    const loss = Math.max(from.loss, point.loss - baselineLoss);
    const cost = Math.min(from.cost, point.cost);
    for (let step = 1; step < BETWEEN; step++) {
      const way = step / BETWEEN;
      choices.push({
        sparsity: rounded(from.sparsity + way * (point.sparsity - from.sparsity)),
        loss: from.loss + way * (loss - from.loss),
        cost: from.cost + way * (cost - from.cost),
      });
    }
    choices.push({ sparsity: point.sparsity, loss, cost });
  }
  return choices;
}

/** To be read by a person in a recipe. */
const rounded = (sparsity: number): number => Number(sparsity.toFixed(5));

/** By how much amounts for several layers raise the loss, by their curves; beyond the end of a curve, by what its end says. */
export function foretoldLoss(layers: readonly SearchLayer[], amounts: ReadonlyMap<string, number>): number {
  return layers.reduce((sum, { name, choices }) => {
    const amount = amounts.get(name) ?? 0;
    const above = choices.findIndex(({ sparsity }) => sparsity >= amount);
    const [from, to] = [choices.at(above - 1)!, choices.at(above)!];
    if (above <= 0) return sum + (above === 0 ? 0 : to.loss);
    return sum + from.loss + ((amount - from.sparsity) / (to.sparsity - from.sparsity)) * (to.loss - from.loss);
  }, 0);
}
