import { useEffect, useState } from 'preact/hooks';
import { compact, percent } from '../../protocol/format';
import { t } from '../../protocol/l10n';
import { wholeTables } from '../exports/rows';
import {
  chooseAll,
  choose,
  foldBlock,
  items,
  shownColumnNames,
  shownLayers,
  shownNames,
  tableWidth,
  unfoldFor,
} from '../state/layer-list';
import { columns as choice, histograms, inspection, selected } from '../state/session';
import { counts, step } from '../state/preview';
import { BlockRow } from './block-row';
import { Count } from './cells';
import { widthOf, type TableColumn } from './columns';
import { exportedLayers } from './exported';
import { HeadRow } from './head-row';
import type { TableItem } from './items';
import { choosingOf, LayerRow } from './layer-row';
import type { Choosing } from './marks';
import { MiniHistogram } from './mini-histogram';
import { ROW, useRowWindow } from './use-row-window';
import { rowForKey } from './window';

wholeTables.set('layers', () => exportedLayers(shownLayers()));

/** Moves the focus from the table to the threshold line of the selected layer, on Enter. */
const toHistogram = (): void => document.querySelector<HTMLElement>('[data-testid="threshold-line"]')?.focus();

const idOf = (item: TableItem | undefined): string =>
  item === undefined ? 'layer-all' : item.kind === 'block' ? `block-${item.name}` : `layer-${item.row.index}`;

const isOf = (item: TableItem, layer: string | null): boolean => item.kind === 'layer' && item.row.layer.name === layer;

/** All layers; only visible rows are drawn. Row 0 is all layers together. */
export function LayerTable() {
  /** The head of the block that the keys are on; null: they are on the selected layer. */
  const [onBlock, setOnBlock] = useState<string | null>(null);
  const list = items.value;
  const blockAt = onBlock === null ? -1 : list.findIndex((item) => item.kind === 'block' && item.name === onBlock);
  const layerAt = list.findIndex((item) => isOf(item, selected.value));
  const at = (blockAt >= 0 ? blockAt : layerAt) + 1;

  // The header and the row of all layers stay above the scrolled rows.
  const view = useRowWindow(list.length, 2, (width) => {
    // A narrow window hides the table.
    if (width > 0) tableWidth.value = width;
  });

  const reveal = (row: number): void => {
    if (row > 0) view.reveal(row - 1);
  };
  // The layer may have been selected elsewhere, or before a reload, and be far down or in a folded block.
  const layer = selected.value;
  useEffect(() => {
    setOnBlock(null);
    if (layer === null) return;
    unfoldFor(layer);
    reveal(items.peek().findIndex((item) => isOf(item, layer)) + 1);
  }, [layer]);

  const move = (row: number, how: Choosing): void => {
    const item = list[row - 1];
    setOnBlock(item?.kind === 'block' ? item.name : null);
    if (item?.kind !== 'block') choose(item?.row.layer.name ?? null, how);
    reveal(row);
  };

  const press = (event: KeyboardEvent): boolean => {
    const item = list[at - 1];
    if (event.key.toLowerCase() === 'a' && (event.ctrlKey || event.metaKey)) chooseAll(shownNames());
    else if (item?.kind === 'block' && (event.key === 'ArrowRight' || event.key === 'ArrowLeft'))
      foldBlock(item.name, event.key === 'ArrowLeft');
    else if (item?.kind === 'block' && (event.key === 'Enter' || event.key === ' '))
      foldBlock(item.name, !item.isFolded);
    else if (event.key === 'Enter') toHistogram();
    else {
      const next = rowForKey(event.key, at, list.length + 1, view.page);
      if (next === undefined) return false;
      move(next, event.shiftKey ? choosingOf(event) : 'alone');
    }
    return true;
  };

  const columns = shownColumnNames.value;
  const tried = step.value !== null;
  const width = columns.reduce((sum, column) => sum + widthOf(choice.value, column), 0);
  return (
    <div class="table-scroller" ref={view.scroller} onScroll={view.onScroll}>
      <table
        role="grid"
        class="layers"
        data-table="layers"
        tabIndex={0}
        aria-label={t('Layers')}
        aria-multiselectable="true"
        aria-rowcount={list.length + 2}
        aria-activedescendant={idOf(list[at - 1])}
        data-testid="layer-table"
        style={{ minWidth: `${width}px` }}
        onKeyDown={(event) => {
          if (event.target === event.currentTarget && press(event)) event.preventDefault();
        }}
      >
        <colgroup>
          {columns.map((column) => (
            <col
              key={column}
              // The name takes the rest.
              style={{
                width:
                  column === 'name' && choice.value.widths.name === undefined
                    ? 'auto'
                    : `${widthOf(choice.value, column)}px`,
              }}
            />
          ))}
        </colgroup>
        <thead>
          <HeadRow columns={columns} />
          <AllRow columns={columns.slice(1)} active={at === 0} tried={tried} onSelect={() => move(0, 'alone')} />
        </thead>
        <tbody>
          <tr class="spacer" aria-hidden="true" style={{ height: `${view.from * ROW}px` }} />
          {list.slice(view.from, view.to).map((item, index) =>
            item.kind === 'block' ? (
              <BlockRow
                key={`block ${item.name}`}
                block={item}
                columns={columns.slice(1)}
                position={view.from + index + 2}
                active={view.from + index + 1 === at}
                tried={tried}
                onFold={() => {
                  setOnBlock(item.name);
                  foldBlock(item.name, !item.isFolded);
                }}
                onChoose={() => chooseAll(item.rows.map(({ layer: { name } }) => name))}
              />
            ) : (
              <LayerRow
                key={item.row.layer.name}
                row={item.row}
                columns={columns.slice(1)}
                position={view.from + index + 2}
                active={isOf(item, selected.value)}
                block={item.block}
                tried={tried}
                onChoose={(how) => {
                  setOnBlock(null);
                  choose(item.row.layer.name, how);
                }}
              />
            ),
          )}
          <tr class="spacer" aria-hidden="true" style={{ height: `${(list.length - view.to) * ROW}px` }} />
        </tbody>
      </table>
      {list.length === 0 && <p class="no-layers quiet">{t('No layer has this name or type.')}</p>}
    </div>
  );
}

function AllCell({ column, tried }: { column: TableColumn; tried: boolean }) {
  const model = inspection.value;
  const all = histograms.value.get(null);
  if (!model) return <td />;
  const { params, macs, sparsity } = model.totals;
  const after = counts.value?.totals.after.sparsity;
  switch (column) {
    case 'params':
      return <Count value={params} />;
    case 'macs':
      return <td class="figure">{macs === null ? '?' : compact(macs)}</td>;
    case 'sparsity':
      return <td class="figure">{percent(sparsity, 1)}</td>;
    case 'preview':
      return <td class="figure after">{tried && after !== undefined ? percent(after, 1) : ''}</td>;
    case 'weights':
      return <td class="picture">{all && <MiniHistogram histogram={all} threshold={0} id="mini-all" />}</td>;
    default:
      return <td />;
  }
}

function AllRow({
  columns,
  active,
  tried,
  onSelect,
}: {
  columns: readonly TableColumn[];
  active: boolean;
  tried: boolean;
  onSelect: () => void;
}) {
  return (
    <tr
      id="layer-all"
      role="row"
      class={active ? 'layer all active' : 'layer all'}
      aria-selected={active}
      aria-rowindex={2}
      data-testid="layers-all"
      onClick={onSelect}
    >
      <th scope="row" class="name">
        {t('All layers')}
      </th>
      {columns.map((column) => (
        <AllCell key={column} column={column} tried={tried} />
      ))}
    </tr>
  );
}
