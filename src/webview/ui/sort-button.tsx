import { Icon } from './icon';
import type { Sort } from './sorting';

/** Returns the state of a column head for a screen reader. */
export const ariaSort = <Column extends string>({ column: by, descending }: Sort<Column>, column: Column) =>
  by === column ? (descending ? 'descending' : 'ascending') : 'none';

/** The heading of a column; a press sorts by it. */
export function SortButton<Column extends string>({
  sort: { column: by, descending },
  column,
  text,
  title,
  onSort,
}: {
  sort: Sort<Column>;
  column: Column;
  text: string;
  title?: string | undefined;
  onSort: (column: Column) => void;
}) {
  return (
    <button type="button" class="sort" title={title} data-testid={`sort-${column}`} onClick={() => onSort(column)}>
      {text}
      {by === column && <Icon name={descending ? 'triangle-down' : 'triangle-up'} />}
    </button>
  );
}
