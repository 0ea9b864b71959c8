import { computed } from '@preact/signals';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { compact, count, percent } from '../../protocol/format';
import { sortRows, type LayerRow as Row } from './sort';
import { wholeTables } from '../exports/rows';
import { exportedLayers } from './exported';
import { rowForKey, rowWindow, scrollToRow } from './window';
import { histograms, inspection, selected, sort } from '../state/session';
import { counts, countsByLayer, step } from '../state/preview';
import { select } from '../state/threshold';
import { HeadRow, WIDTHS } from './head-row';
import { LayerRow } from './layer-row';
import { MiniHistogram } from './mini-histogram';

/** The heights of a row and of the header in the style sheet; virtual rows need fixed heights. */
const ROW = 28;

const rows = computed<Row[]>(() => {
  const layers = inspection.value?.layers ?? [];
  const after = countsByLayer.value;
  return sortRows(
    layers.map((layer, index) => ({ layer, after: after.get(layer.name), index })),
    sort.value,
  );
});

wholeTables.set('layers', () => exportedLayers(rows.value));

/** Moves the focus from the table to the threshold line of the selected layer, on Enter. */
const toHistogram = (): void => document.querySelector<HTMLElement>('[data-testid="threshold-line"]')?.focus();

/** All layers; only visible rows are drawn. Row 0 is all layers together. */
export function LayerTable() {
  const scroller = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  const list = rows.value;
  const at = selected.value === null ? 0 : list.findIndex((row) => row.layer.name === selected.value) + 1;

  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = (): void => setView({ top: element.scrollTop, height: element.clientHeight });
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const reveal = (row: number): void => {
    const element = scroller.current;
    // The header and the row of all layers stay above the scrolled rows.
    if (element && row > 0)
      element.scrollTop = scrollToRow(row - 1, ROW, element.scrollTop, element.clientHeight - 2 * ROW);
  };
  // The layer that was selected before a reload may be far down.
  useEffect(() => reveal(at), []);

  const move = (row: number): void => {
    select(row === 0 ? null : (list[row - 1]?.layer.name ?? null));
    reveal(row);
  };

  const window = rowWindow(list.length, ROW, view.top, view.height);
  const tried = step.value !== null;
  return (
    <div
      class="table-scroller"
      id="layer-list"
      ref={scroller}
      onScroll={(event) => setView({ top: event.currentTarget.scrollTop, height: event.currentTarget.clientHeight })}
    >
      <table
        role="grid"
        class="layers"
        data-table="layers"
        tabIndex={0}
        aria-label="Layers"
        aria-rowcount={list.length + 2}
        aria-activedescendant={at === 0 ? 'layer-all' : `layer-${list[at - 1]?.index ?? 0}`}
        data-testid="layer-table"
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          const page = Math.max(1, Math.floor(view.height / ROW) - 2);
          const next = rowForKey(event.key, at, list.length + 1, page);
          if (next === undefined && event.key !== 'Enter') return;
          event.preventDefault();
          if (next === undefined) toHistogram();
          else move(next);
        }}
      >
        <colgroup>
          {WIDTHS.map((name) => (
            <col key={name} class={`col-${name}`} />
          ))}
        </colgroup>
        <thead>
          <HeadRow />
          <AllRow active={at === 0} tried={tried} onSelect={() => move(0)} />
        </thead>
        <tbody>
          <tr class="spacer" aria-hidden="true" style={{ height: `${window.from * ROW}px` }} />
          {list.slice(window.from, window.to).map((row, index) => (
            <LayerRow
              key={row.layer.name}
              row={row}
              position={window.from + index + 2}
              active={row.layer.name === selected.value}
              tried={tried}
              onSelect={() => select(row.layer.name)}
            />
          ))}
          <tr class="spacer" aria-hidden="true" style={{ height: `${(list.length - window.to) * ROW}px` }} />
        </tbody>
      </table>
    </div>
  );
}

function AllRow({ active, tried, onSelect }: { active: boolean; tried: boolean; onSelect: () => void }) {
  const model = inspection.value;
  const all = histograms.value.get(null);
  if (!model) return null;
  const prunable = model.layers.filter((layer) => layer.prunable).length;
  const after = counts.value?.totals.after.sparsity;
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
        All layers
      </th>
      <td class="type quiet wide">{prunable} prunable</td>
      <td class="wide" />
      <td class="figure">{count(model.totals.params)}</td>
      <td class="figure wide">{model.totals.macs === null ? '?' : compact(model.totals.macs)}</td>
      <td class="wide" />
      <td class="figure">{percent(model.totals.sparsity, 1)}</td>
      <td class="figure after">{tried && after !== undefined ? percent(after, 1) : ''}</td>
      <td />
      <td class="picture">{all && <MiniHistogram histogram={all} threshold={0} id="mini-all" />}</td>
    </tr>
  );
}
