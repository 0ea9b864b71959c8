import { kernelCounts } from '../threshold/amounts';
import type { LayerRow } from './sort';

/** The head of a block of layers that follow each other. */
export interface BlockItem {
  readonly kind: 'block';
  readonly name: string;
  readonly rows: readonly LayerRow[];
  readonly isFolded: boolean;
}
export interface LayerItem {
  readonly kind: 'layer';
  readonly row: LayerRow;
  /** The block that it is in; null: none. */
  readonly block: string | null;
}
export type TableItem = BlockItem | LayerItem;

/** The smallest block. */
const FEW = 2;

/**
 * The rows of the table in the order of the model, with those of a block below its head.
 * @param blockOf the block of a layer by its name; null: none
 */
export function inBlocks(
  rows: readonly LayerRow[],
  blockOf: (name: string) => string | null,
  folded: ReadonlySet<string>,
): TableItem[] {
  const items: TableItem[] = [];
  for (let from = 0; from < rows.length;) {
    const name = blockOf(rows[from]!.layer.name);
    let to = from + 1;
    while (name !== null && to < rows.length && blockOf(rows[to]!.layer.name) === name) to++;
    const members = rows.slice(from, to);
    const isBlock = name !== null && members.length >= FEW;
    if (isBlock) items.push({ kind: 'block', name, rows: members, isFolded: folded.has(name) });
    if (!isBlock || !folded.has(name))
      items.push(...members.map((row): LayerItem => ({ kind: 'layer', row, block: isBlock ? name : null })));
    from = to;
  }
  return items;
}

/** The figures of a block: sums, and the zeros over all its kernel weights. Null where none is known. */
export function blockFigures(rows: readonly LayerRow[]): {
  params: number;
  macs: number | null;
  sparsity: number | null;
  after: number | null;
} {
  let [params, weights, zeros, pruned] = [0, 0, 0, 0];
  let macs: number | null = 0;
  for (const { layer, after } of rows) {
    params += layer.params;
    macs = macs === null || layer.macs === null ? null : macs + layer.macs;
    const kernel = kernelCounts(layer);
    weights += kernel.count;
    zeros += kernel.zeros;
    pruned += after ? layer.nonzero - after.after.nonzero : 0;
  }
  const share = (some: number): number | null => (weights > 0 ? some / weights : null);
  return { params, macs, sparsity: share(zeros), after: share(zeros + pruned) };
}
