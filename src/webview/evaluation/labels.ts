import type { LabelFigures } from '../../protocol/measure/evaluation';
import { nextSort, sorted, type Sort } from '../ui/sorting';

export const LABEL_COLUMNS = ['name', 'support', 'precision', 'recall', 'f1', 'auc', 'missed', 'wrong'] as const;
export type LabelColumn = (typeof LABEL_COLUMNS)[number];

/** A label with its place among all. */
export interface LabelRow extends LabelFigures {
  readonly label: number;
}

/** The labels whose names have all the typed words, in an order. */
export function labelRows(labels: readonly LabelFigures[], typed: string, sort: Sort<LabelColumn>): LabelRow[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = labels.map((one, label) => ({ ...one, label }));
  const found = rows.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  return sorted(found, sort, (row, column) => row[column]);
}

/** The order after a press on a column. */
export const nextLabelSort = (sort: Sort<LabelColumn>, column: LabelColumn): Sort<LabelColumn> =>
  nextSort(sort, column, (one) => one === 'name');
