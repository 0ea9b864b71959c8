import type { BitsPerWeight } from '../../protocol/model';
import type { Packing } from '../../protocol/measure/packing';
import { bytes, compact, count, sampleShape, percent, plural, weight } from '../../protocol/format';
import { sentence } from '../ui/sentence';
import { bitsOf, type LayerRow as Row } from './sort';
import { histograms, amounts } from '../state/session';
import { packing } from '../state/packing';
import { Icon } from '../ui/icon';
import { MiniHistogram } from './mini-histogram';

/** `16 values take 3.7 bits each at best; stored in 32 bits; packed 61.0 kB, ideally 74.0 kB` */
function bitsWords(bits: BitsPerWeight | null, packed: Packing['layers'][number] | undefined): string | undefined {
  if (!bits) return undefined;
  const inFile = packed
    ? `; packed ${bytes(Math.ceil(packed.packedBits / 8))}, ideally ${bytes(Math.ceil(packed.idealBits / 8))}`
    : '';
  const stored = `stored in ${Number(bits.stored.toFixed(1))} bits${inFile}`;
  if (!bits.few) return sentence(stored);
  const { values, entropy } = bits.few;
  return sentence(`${plural(values, 'value')}, whose entropy is ${entropy.toFixed(2)} bits a weight; ${stored}`);
}

/** One layer. If it cannot be pruned, the reason replaces its preview. */
export function LayerRow({
  row,
  position,
  active,
  tried,
  onSelect,
}: {
  row: Row;
  /** Its place in the table, from 1, with the row of all layers. */
  position: number;
  active: boolean;
  /** True while amounts are set. */
  tried: boolean;
  onSelect: () => void;
}) {
  const { layer, after } = row;
  const bits = bitsOf(layer);
  const histogram = histograms.value.get(layer.name);
  const threshold = after?.threshold ?? 0;
  // A layer without an amount has a reason too, but nothing happened to it.
  const partly = threshold > 0 ? after?.reason : undefined;
  const reason = sentence(layer.reason ?? 'it has no weights that can be pruned');
  const own = amounts.value.layers[layer.name] !== undefined;
  return (
    <tr
      id={`layer-${row.index}`}
      role="row"
      class={active ? 'layer active' : 'layer'}
      aria-selected={active}
      aria-rowindex={position + 1}
      data-testid={`layer-row-${layer.name}`}
      onClick={onSelect}
    >
      <th scope="row" class="name" title={layer.name}>
        {layer.name}
      </th>
      <td class="type wide">{layer.type}</td>
      <td class="figure wide">{sampleShape(layer.outputShape)}</td>
      <td class="figure">{count(layer.params)}</td>
      <td class="figure wide" title={layer.macs === null ? undefined : `${count(layer.macs)} multiply-accumulates`}>
        {layer.macs === null ? '?' : layer.macs === 0 ? '\u2013' : compact(layer.macs)}
      </td>
      <td
        class="figure wide"
        data-value={bits ?? undefined}
        title={bitsWords(layer.bitsPerWeight, packing.answer.value?.layers[row.index])}
      >
        {bits === null ? '\u2013' : Number(bits.toFixed(1))}
      </td>
      <td class="figure" data-value={layer.sparsity ?? undefined}>
        {layer.sparsity === null ? '\u2013' : percent(layer.sparsity, 1)}
      </td>
      {layer.prunable ? (
        <>
          <td
            class="figure after"
            data-value={tried ? (after?.after.sparsity ?? undefined) : undefined}
            title={partly && sentence(partly)}
          >
            {partly !== undefined && <Icon name="info" />}
            {tried && after && after.after.sparsity !== null && percent(after.after.sparsity, 1)}
          </td>
          <td class="figure" title={own ? 'This layer has its own amount' : undefined}>
            {threshold > 0 ? weight(threshold) : own ? 'kept' : ''}
            {own && (
              <span class="own" aria-label="own amount">
                {' \u2022'}
              </span>
            )}
          </td>
          <td class="picture">
            {histogram && <MiniHistogram histogram={histogram} threshold={threshold} id={`mini-${row.index}`} />}
          </td>
        </>
      ) : (
        <td class="reason quiet" colSpan={3} title={reason}>
          {reason}
        </td>
      )}
    </tr>
  );
}
