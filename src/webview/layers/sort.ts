import type { LayerInfo } from '../../protocol/model';
import type { PlannedLayer } from '../../protocol/plan';
import { nextSort as following, sorted, type Key, type Sort as Sorting } from '../ui/sorting';

export const COLUMNS = ['name', 'type', 'shape', 'params', 'macs', 'bits', 'sparsity', 'preview', 'threshold'] as const;
export type Column = (typeof COLUMNS)[number];

/** Null column: the order of the model. */
export type Sort = Sorting<Column>;

/** One row of the layer table: a layer now, and after the planned pruning. */
export interface LayerRow {
  layer: LayerInfo;
  after: PlannedLayer | undefined;
  /** Its place in the model. */
  index: number;
}

/** The bits of a weight that count: at best where it has few values, or else as stored; null without weights. */
export const bitsOf = ({ bitsPerWeight }: LayerInfo): number | null =>
  bitsPerWeight && (bitsPerWeight.few?.entropy ?? bitsPerWeight.stored);

function key(row: LayerRow, column: Column): Key {
  switch (column) {
    case 'name':
      return row.layer.name;
    case 'type':
      return row.layer.type;
    case 'shape':
      return row.layer.outputShape?.reduce<number>((size, next) => size * (next ?? 1), 1) ?? null;
    case 'params':
      return row.layer.params;
    case 'macs':
      return row.layer.macs;
    case 'bits':
      return bitsOf(row.layer);
    case 'sparsity':
      return row.layer.sparsity;
    case 'preview':
      return row.after?.after.sparsity ?? null;
    case 'threshold':
      return row.after?.threshold ?? null;
  }
}

/** Sorts rows. Rows without a figure come last in both directions; equal rows keep the order of the model. */
export const sortRows = (rows: readonly LayerRow[], sort: Sort): LayerRow[] =>
  sorted(
    [...rows].sort((a, b) => a.index - b.index),
    sort,
    key,
  );

/** The sort order after a click on a column. */
export const nextSort = (sort: Sort, column: Column): Sort =>
  following(sort, column, (one) => one === 'name' || one === 'type');
