import type { LayerInfo } from '../../protocol/model';
import type { PlannedLayer } from '../../protocol/plan';

export const COLUMNS = ['name', 'type', 'shape', 'params', 'macs', 'sparsity', 'preview', 'threshold'] as const;
export type Column = (typeof COLUMNS)[number];

/** Null column: the order of the model. */
export interface Sort {
  column: Column | null;
  descending: boolean;
}

/** One row of the layer table: a layer now, and after the planned pruning. */
export interface LayerRow {
  layer: LayerInfo;
  after: PlannedLayer | undefined;
  /** Its place in the model. */
  index: number;
}

type Key = number | string | null;

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
    case 'sparsity':
      return row.layer.sparsity;
    case 'preview':
      return row.after?.after.sparsity ?? null;
    case 'threshold':
      return row.after?.threshold ?? null;
  }
}

const words = new Intl.Collator('en', { numeric: true });

function compare(a: Key, b: Key): number {
  if (typeof a === 'string' && typeof b === 'string') return words.compare(a, b);
  return Number(a) - Number(b);
}

/** Sorts rows. Rows without a figure come last in both directions; equal rows keep the order of the model. */
export function sortRows(rows: readonly LayerRow[], { column, descending }: Sort): LayerRow[] {
  const sorted = [...rows];
  if (column === null) return sorted.sort((a, b) => a.index - b.index);
  return sorted.sort((a, b) => {
    const left = key(a, column);
    const right = key(b, column);
    if (left === null || right === null) return Number(left === null) - Number(right === null) || a.index - b.index;
    return (descending ? compare(right, left) : compare(left, right)) || a.index - b.index;
  });
}

/** The sort order after a click on a column: numbers start with the largest, words with A; the third click restores the model's order. */
export function nextSort(sort: Sort, column: Column): Sort {
  const first = column !== 'name' && column !== 'type';
  if (sort.column !== column) return { column, descending: first };
  return sort.descending === first ? { column, descending: !first } : { column: null, descending: false };
}
