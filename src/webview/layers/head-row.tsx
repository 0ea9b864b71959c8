import { shownColumnNames } from '../state/layer-list';
import { columns as choice, sort } from '../state/session';
import { ariaSort, SortButton } from '../ui/sort-button';
import { COLUMN_WORDS, resized, widthOf, type TableColumn } from './columns';
import { nextSort } from './sort';

/** Pixels by which Alt and an arrow key resize a column. */
const STEP = 12;

const resize = (column: TableColumn, pixels: number | null): void => {
  choice.value = resized(choice.peek(), shownColumnNames.peek(), column, pixels);
};

/** The edge of a column: a drag resizes it, a double click gives it its first width. */
function Edge({ column }: { column: TableColumn }) {
  return (
    <span
      class="column-edge"
      aria-hidden="true"
      onClick={(event) => event.stopPropagation()}
      onDblClick={() => resize(column, null)}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        const edge = event.currentTarget;
        const before = edge.parentElement?.getBoundingClientRect().width ?? widthOf(choice.peek(), column);
        const start = event.clientX;
        edge.setPointerCapture(event.pointerId);
        const move = ({ clientX }: PointerEvent): void => resize(column, before + clientX - start);
        edge.addEventListener('pointermove', move);
        edge.addEventListener('lostpointercapture', () => edge.removeEventListener('pointermove', move), {
          once: true,
        });
      }}
    />
  );
}

/** The headings of the columns: a click sorts; the edge, or Alt with an arrow key, resizes. */
export function HeadRow({ columns }: { columns: readonly TableColumn[] }) {
  return (
    <tr role="row" aria-rowindex={1}>
      {columns.map((column) => {
        const { text, title, isFigure } = COLUMN_WORDS[column];
        return (
          <th
            key={column}
            scope="col"
            role="columnheader"
            class={isFigure ? 'figure' : ''}
            aria-sort={column === 'weights' ? undefined : ariaSort(sort.value, column)}
            onKeyDown={(event) => {
              const by = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
              if (by === undefined || !event.altKey) return;
              event.preventDefault();
              event.stopPropagation();
              resize(column, event.currentTarget.getBoundingClientRect().width + by);
            }}
          >
            {column === 'weights' ? (
              <span title={title}>{text}</span>
            ) : (
              <SortButton
                {...{ sort: sort.value, column, text, title }}
                onSort={() => (sort.value = nextSort(sort.value, column))}
              />
            )}
            <Edge column={column} />
          </th>
        );
      })}
    </tr>
  );
}
