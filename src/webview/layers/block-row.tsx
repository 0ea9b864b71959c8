import { compact, percent, plural } from '../../protocol/format';
import { Icon } from '../ui/icon';
import { Count } from './cells';
import type { TableColumn } from './columns';
import { blockFigures, type BlockItem } from './items';

const share = (value: number | null): string => (value === null ? '\u2013' : percent(value, 1));

/** One figure of a block. @param tried true while amounts are set */
function Cell({ column, rows, tried }: { column: TableColumn; rows: BlockItem['rows']; tried: boolean }) {
  const { params, macs, sparsity, after } = blockFigures(rows);
  switch (column) {
    case 'type':
      return <td class="type">{plural(rows.length, 'layer')}</td>;
    case 'params':
      return <Count value={params} />;
    case 'macs':
      return <td class="figure">{macs === null ? '?' : macs === 0 ? '\u2013' : compact(macs)}</td>;
    case 'sparsity':
      return <td class="figure">{share(sparsity)}</td>;
    case 'preview':
      return <td class="figure after">{tried && after !== null ? share(after) : ''}</td>;
    default:
      return <td />;
  }
}

/** The head of a block of layers, with the figures of all of them. A click folds it; Ctrl and a click choose its layers. */
export function BlockRow({
  block,
  columns,
  position,
  active,
  tried,
  onFold,
  onChoose,
}: {
  block: BlockItem;
  columns: readonly TableColumn[];
  position: number;
  active: boolean;
  tried: boolean;
  onFold: () => void;
  onChoose: () => void;
}) {
  return (
    <tr
      id={`block-${block.name}`}
      role="row"
      class={active ? 'layer block active' : 'layer block'}
      aria-expanded={!block.isFolded}
      aria-rowindex={position + 1}
      data-testid={`block-${block.name}`}
      onClick={(event) => (event.ctrlKey || event.metaKey ? onChoose() : onFold())}
    >
      <th scope="row" class="name" title={`${block.name}: ${plural(block.rows.length, 'layer')}`}>
        <Icon name={block.isFolded ? 'chevron-right' : 'chevron-down'} />
        {block.name}
        {block.isFolded && <span class="quiet"> {`\u00b7 ${block.rows.length}`}</span>}
      </th>
      {columns.map((column) => (
        <Cell key={column} column={column} rows={block.rows} tried={tried} />
      ))}
    </tr>
  );
}
