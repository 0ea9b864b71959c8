import type { Sensitivity } from '../../../protocol/measure/sensitivity';
import { csvText } from '../../csv';

/**
 * Formats a scan as Distiller does (`sensitivities_to_csv`): parameter, sparsity, top1 and top5 in percent, loss. A
 * layer whose tensors are pruned together has the name of the first.
 */
export function sensitivityCsv({ layers }: Pick<Sensitivity, 'layers'>): string {
  const rows = layers.flatMap(({ name, parameters, points }) =>
    points.map(({ sparsity, accuracy, top5, loss }) => [
      ...[parameters[0] ?? name, sparsity, percent(accuracy), percent(top5), loss],
    ]),
  );
  return csvText([['parameter', 'sparsity', 'top1', 'top5', 'loss'], ...rows]);
}

/** Formats with at most nine decimals: 100 x 0.9215 must not end in digits that nobody measured. */
const percent = (share: number): number => Number((100 * share).toFixed(9));
