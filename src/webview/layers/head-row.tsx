import { nextSort, type Column } from './sort';
import { sort } from '../state/session';
import { Icon } from '../ui/icon';

const HEADS: readonly { column: Column; text: string; figure: boolean; wide?: boolean; title?: string }[] = [
  { column: 'name', text: 'Layer', figure: false },
  { column: 'type', text: 'Type', figure: false, wide: true },
  { column: 'shape', text: 'Output', figure: true, wide: true },
  { column: 'params', text: 'Params', figure: true },
  { column: 'macs', text: 'MACs', figure: true, wide: true, title: 'Multiply-accumulates for one example' },
  { column: 'sparsity', text: 'Sparsity', figure: true, title: 'Current zeros over the kernel weights of the layer' },
  { column: 'preview', text: 'Preview', figure: true, title: 'Sparsity after the planned pruning' },
  { column: 'threshold', text: 'Threshold', figure: true, title: 'Weights with a smaller |w| become 0' },
];

/** The columns in order, for their widths in the style sheet. */
export const WIDTHS = [...HEADS.map((head) => head.column), 'weights'] as const;

/** The headings of the columns; a click sorts. */
export function HeadRow() {
  const { column: by, descending } = sort.value;
  return (
    <tr role="row" aria-rowindex={1}>
      {HEADS.map(({ column, text, figure, wide, title }) => (
        <th
          key={column}
          scope="col"
          role="columnheader"
          class={[figure ? 'figure' : '', wide ? 'wide' : ''].join(' ')}
          aria-sort={by === column ? (descending ? 'descending' : 'ascending') : 'none'}
        >
          <button
            type="button"
            class="sort"
            title={title}
            data-testid={`sort-${column}`}
            onClick={() => (sort.value = nextSort(sort.value, column))}
          >
            {text}
            {by === column && <Icon name={descending ? 'triangle-down' : 'triangle-up'} />}
          </button>
        </th>
      ))}
      <th scope="col" role="columnheader">
        Weights
      </th>
    </tr>
  );
}
