import { marks, prefix } from '../state/layer-list';
import { Cell, reasonOf } from './cells';
import type { TableColumn } from './columns';
import type { Choosing } from './marks';
import { halves } from './names';
import type { LayerRow as Row } from './sort';

/** The way of choosing that a click asks for. */
export const choosingOf = (event: MouseEvent | KeyboardEvent): Choosing =>
  event.shiftKey ? 'range' : event.ctrlKey || event.metaKey ? 'toggle' : 'alone';

/** A name without what all names or those of its block begin with. Its ends stay where there is little room. */
function LayerName({ name, block }: { name: string; block: string | null }) {
  // The head of a block says its name, with a separator behind it.
  const folded = name.slice(0, prefix.value.length + (block === null ? 0 : block.length + 1));
  const [head, tail] = halves(name.slice(folded.length));
  return (
    <span class="name-halves">
      <span class="name-head">
        {folded !== '' && <span class="unseen">{folded}</span>}
        {head}
      </span>
      {tail !== '' && <span class="name-tail">{tail}</span>}
    </span>
  );
}

/** One layer. If it cannot be pruned, the reason in a word is in place of its preview. */
export function LayerRow({
  row,
  columns,
  position,
  active,
  block,
  tried,
  onChoose,
}: {
  row: Row;
  columns: readonly TableColumn[];
  /** Its place in the table, from 1, with the row of all layers. */
  position: number;
  active: boolean;
  /** The block that it is in; null: none. */
  block: string | null;
  /** True while amounts are set. */
  tried: boolean;
  onChoose: (how: Choosing) => void;
}) {
  const { layer } = row;
  const isMarked = marks.value.names.size > 1 && marks.value.names.has(layer.name);
  return (
    <tr
      id={`layer-${row.index}`}
      role="row"
      class={['layer', active ? 'active' : '', isMarked ? 'marked' : ''].join(' ')}
      aria-selected={active || isMarked}
      aria-rowindex={position + 1}
      data-testid={`layer-row-${layer.name}`}
      title={layer.prunable ? undefined : reasonOf(row)}
      onClick={(event) => onChoose(choosingOf(event))}
    >
      <th scope="row" class={block === null ? 'name' : 'name inner'} title={layer.name}>
        <LayerName name={layer.name} block={block} />
      </th>
      {columns.map((column) => (
        <Cell key={column} column={column} row={row} tried={tried} />
      ))}
    </tr>
  );
}
