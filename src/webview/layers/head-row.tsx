import { nextSort, type Column } from './sort';
import { sort } from '../state/session';
import { ariaSort, SortButton } from '../ui/sort-button';

const HEADS: readonly { column: Column; text: string; figure: boolean; wide?: boolean; title?: string }[] = [
  { column: 'name', text: 'Layer', figure: false },
  { column: 'type', text: 'Type', figure: false, wide: true },
  { column: 'shape', text: 'Output', figure: true, wide: true },
  { column: 'params', text: 'Params', figure: true },
  { column: 'macs', text: 'MACs', figure: true, wide: true, title: 'Multiply-accumulates for one example' },
  {
    column: 'bits',
    text: 'Bits',
    figure: true,
    wide: true,
    title: 'Bits of a weight of the kernel: their entropy where it has few values, or else as stored',
  },
  { column: 'sparsity', text: 'Sparsity', figure: true, title: 'Current zeros over the kernel weights of the layer' },
  { column: 'preview', text: 'Preview', figure: true, title: 'Sparsity after the planned pruning' },
  { column: 'threshold', text: 'Threshold', figure: true, title: 'Weights with a smaller |w| become 0' },
];

/** The columns in order, for their widths in the style sheet. */
export const WIDTHS = [...HEADS.map((head) => head.column), 'weights'] as const;

/** The headings of the columns; a click sorts. */
export function HeadRow() {
  return (
    <tr role="row" aria-rowindex={1}>
      {HEADS.map(({ column, text, figure, wide, title }) => (
        <th
          key={column}
          scope="col"
          role="columnheader"
          class={[figure ? 'figure' : '', wide ? 'wide' : ''].join(' ')}
          aria-sort={ariaSort(sort.value, column)}
        >
          <SortButton
            {...{ sort: sort.value, column, text, title }}
            onSort={() => (sort.value = nextSort(sort.value, column))}
          />
        </th>
      ))}
      <th scope="col" role="columnheader">
        Weights
      </th>
    </tr>
  );
}
