import { batch, computed, signal } from '@preact/signals';
import { shownColumns } from '../layers/columns';
import { passes, filters } from '../layers/filter';
import { inBlocks, type TableItem } from '../layers/items';
import { marked, NO_MARKS, type Choosing } from '../layers/marks';
import { blockOf, commonPrefix } from '../layers/names';
import { sortRows, type LayerRow } from '../layers/sort';
import { countsByLayer } from './preview';
import { columns, filter, foldedBlocks, inspection, sort } from './session';
import { select } from './threshold';

/** The pixels of the table, and the columns that it shows in them. */
export const tableWidth = signal(600);
export const shownColumnNames = computed(() => shownColumns(columns.value, tableWidth.value));

/** Layers that were chosen together. */
export const marks = signal(NO_MARKS);

/** The beginning of all names, which the table leaves out. */
export const prefix = computed(() => commonPrefix((inspection.value?.layers ?? []).map(({ name }) => name)));

/** The block of each layer, found once. */
const blockNames = computed(
  () => new Map((inspection.value?.layers ?? []).map(({ name }) => [name, blockOf(name, prefix.value)])),
);
const blockNameOf = (name: string): string | null => blockNames.value.get(name) ?? null;

/** True if blocks have heads: in the order of the model, unfiltered. */
const hasBlocks = computed(() => sort.value.column === null && !filters(filter.value));

/** The shown layers in order. */
const shownRows = computed<LayerRow[]>(() => {
  const after = countsByLayer.value;
  const rows = (inspection.value?.layers ?? []).map((layer, index) => ({ layer, after: after.get(layer.name), index }));
  return sortRows(
    rows.filter(({ layer }) => passes(layer, filter.value)),
    sort.value,
  );
});

/** The rows of the table. */
export const items = computed<TableItem[]>(() =>
  hasBlocks.value
    ? inBlocks(shownRows.value, blockNameOf, new Set(foldedBlocks.value))
    : shownRows.value.map((row) => ({ kind: 'layer', row, block: null })),
);

/** The names of all blocks. */
export const blocks = computed(() =>
  hasBlocks.value
    ? inBlocks(shownRows.value, blockNameOf, new Set()).flatMap((item) => (item.kind === 'block' ? [item.name] : []))
    : [],
);

/** Folds a block, or unfolds it. */
export function foldBlock(name: string, isFolded: boolean): void {
  const others = foldedBlocks.peek().filter((each) => each !== name);
  foldedBlocks.value = isFolded ? [...others, name] : others;
}

/** Unfolds the block of a layer that was selected elsewhere. */
export function unfoldFor(layer: string): void {
  const block = blockNameOf(layer);
  if (block !== null && foldedBlocks.peek().includes(block)) foldBlock(block, false);
}

/** Selects a layer, alone or beside others. Null: all layers. */
export function choose(layer: string | null, how: Choosing): void {
  batch(() => {
    const names = shownRows.peek().map((row) => row.layer.name);
    marks.value = layer === null ? NO_MARKS : marked(marks.peek(), layer, how, names);
    select(layer);
  });
}

/** Chooses several layers at once. */
export function chooseAll(names: readonly string[]): void {
  batch(() => {
    marks.value = { names: new Set(names), anchor: names[0] ?? null };
    if (names[0] !== undefined) select(names[0]);
  });
}

/** The shown layers in order, those of folded blocks too. */
export const shownLayers = (): readonly LayerRow[] => shownRows.peek();

/** Their names. */
export const shownNames = (): string[] => shownRows.peek().map(({ layer }) => layer.name);

/** The chosen layers whose weights can be pruned, if there are several. */
export const chosen = computed<string[]>(() => {
  const { names } = marks.value;
  if (names.size < 2) return [];
  return (inspection.value?.layers ?? []).flatMap(({ name, prunable }) => (prunable && names.has(name) ? [name] : []));
});
