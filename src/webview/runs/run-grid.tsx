import { useState } from 'preact/hooks';
import { translated } from '../../protocol/l10n';
import { runContext, type RunAction } from '../../protocol/runs-page';
import { cellOf, wholeTables } from '../exports/rows';
import { choosingOf } from '../layers/layer-row';
import { ROW, useRowWindow } from '../layers/use-row-window';
import { rowForKey } from '../layers/window';
import { ariaSort, SortButton } from '../ui/sort-button';
import { nextSort } from '../ui/sorting';
import { isWord, type ColumnOfRuns } from './columns';
import type { TableRow } from './rows';
import type { RunTable } from './table';

/** The context of a row for the menu of the editor. */
const menuOf = ({ run }: TableRow): string | undefined =>
  run ? JSON.stringify({ ...runContext(run), preventDefaultContextMenuItems: true }) : undefined;

const titleOf = ({ run, name }: TableRow): string =>
  [name, ...(run?.problem === undefined ? [] : [translated(run.problem)]), run?.note ?? ''].filter(Boolean).join('\n');

/** All runs, of which only the visible rows are drawn. Several can be chosen. */
export function RunGrid({
  table,
  label,
  onOpen,
  onAct,
}: {
  table: RunTable;
  label: string;
  onOpen: (row: TableRow) => void;
  onAct: (action: RunAction, rows: readonly TableRow[]) => void;
}) {
  /** The menu by key is that of the active row; a pointer has its own row. */
  const [byKey, setByKey] = useState(false);
  const rows = table.rows.value;
  const { scroller, onScroll, from, to, page, reveal } = useRowWindow(rows.length, 1);
  const columns = table.columns.value;
  const at = rows.findIndex(({ key }) => key === table.active.value);
  const active = rows[at];
  wholeTables.set('runs', () => [
    columns.map(({ title }) => title),
    ...rows.map((row) => columns.map(({ text, note }) => cellOf([text(row), note?.(row) ?? ''].filter(Boolean).join(' ')))), // prettier-ignore
  ]);

  const press = (event: KeyboardEvent): boolean => {
    const ctrl = event.ctrlKey || event.metaKey;
    if (event.key.toLowerCase() === 'a' && ctrl) table.chooseAll();
    else if (event.key === ' ' && active) table.choose(active.key, ctrl || event.shiftKey ? 'toggle' : 'alone');
    else if (event.key === 'Escape') table.clear();
    else if (event.key === 'Enter' && active) onOpen(active);
    else if (event.key === 'F2' && active?.run) onAct('rename', [active]);
    else if (event.key === 'Delete' && active?.run) onAct('delete', [active]);
    else {
      const next = rowForKey(event.key, at, rows.length, page);
      const row = next === undefined ? undefined : rows[next];
      if (next === undefined || !row) return false;
      if (ctrl) table.active.value = row.key;
      else table.choose(row.key, event.shiftKey ? 'range' : 'alone');
      reveal(next);
    }
    return true;
  };

  const width = columns.reduce((sum, column) => sum + column.width, 0);
  return (
    <div
      class="runs-scroller"
      ref={scroller}
      data-vscode-context={byKey && active ? menuOf(active) : undefined}
      onPointerDownCapture={() => setByKey(false)}
      onScroll={onScroll}
    >
      <table
        role="grid"
        class="layers runs"
        data-table="runs"
        tabIndex={0}
        aria-label={label}
        aria-multiselectable="true"
        aria-rowcount={rows.length + 1}
        aria-activedescendant={active ? `run-row-${at}` : undefined}
        data-testid="runs-table"
        style={{ minWidth: `${width}px` }}
        onKeyDown={(event) => {
          if (event.target !== event.currentTarget) return;
          setByKey(true);
          if (press(event)) event.preventDefault();
        }}
      >
        <colgroup>
          {columns.map((column) => (
            <col key={column.name} style={{ width: `${column.width}px` }} />
          ))}
        </colgroup>
        <thead>
          <tr role="row" aria-rowindex={1}>
            {columns.map(({ name, title, isFigure }) => (
              <th
                key={name}
                scope="col"
                role="columnheader"
                class={isFigure ? 'figure' : undefined}
                aria-sort={ariaSort(table.order.value, name)}
              >
                <SortButton
                  sort={table.order.value}
                  column={name}
                  text={title}
                  onSort={(by) => (table.order.value = nextSort(table.order.value, by, isWord))}
                />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {from > 0 && <tr aria-hidden="true" style={{ height: `${from * ROW}px` }} />}
          {rows.slice(from, to).map((row, index) => (
            <Row
              key={row.key}
              row={row}
              place={from + index}
              columns={columns}
              isActive={row === active}
              isMarked={table.marks.value.names.has(row.key)}
              onChoose={(event) => table.choose(row.key, choosingOf(event))}
              onOpen={() => onOpen(row)}
            />
          ))}
          {to < rows.length && <tr aria-hidden="true" style={{ height: `${(rows.length - to) * ROW}px` }} />}
        </tbody>
      </table>
    </div>
  );
}

function Row({
  row,
  place,
  columns,
  isActive,
  isMarked,
  onChoose,
  onOpen,
}: {
  row: TableRow;
  place: number;
  columns: readonly ColumnOfRuns[];
  isActive: boolean;
  isMarked: boolean;
  onChoose: (event: MouseEvent) => void;
  onOpen: () => void;
}) {
  const state = row.run?.state;
  return (
    <tr
      id={`run-row-${place}`}
      role="row"
      class={['layer', isActive ? 'active' : '', isMarked ? 'marked' : ''].join(' ')}
      aria-selected={isMarked}
      aria-rowindex={place + 2}
      data-testid="run-row"
      data-run={row.name}
      data-vscode-context={menuOf(row)}
      title={titleOf(row)}
      onClick={onChoose}
      onDblClick={onOpen}
      onContextMenu={(event) => {
        if (!isMarked) onChoose(event);
      }}
    >
      {columns.map(({ name, isFigure, text, note }) =>
        name === 'name' ? (
          <th key={name} scope="row" role="rowheader" class="name">
            {text(row)}
          </th>
        ) : (
          <td
            key={name}
            role="gridcell"
            class={[isFigure ? 'figure' : '', name === 'state' && state ? `run-${state}` : ''].join(' ')}
            data-column={name}
          >
            {text(row)}
            {note && note(row) !== '' && <span class="small quiet"> {note(row)}</span>}
          </td>
        ),
      )}
    </tr>
  );
}
