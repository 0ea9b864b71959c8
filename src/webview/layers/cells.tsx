import type { BitsPerWeight } from '../../protocol/model';
import type { Packing } from '../../protocol/measure/packing';
import { bytes, compact, count, percent, plural, sampleShape, weight } from '../../protocol/format';
import { t, translated } from '../../protocol/l10n';
import { amounts, histograms } from '../state/session';
import { packing } from '../state/packing';
import { Icon } from '../ui/icon';
import { sentence } from '../ui/sentence';
import type { TableColumn } from './columns';
import { MiniHistogram } from './mini-histogram';
import { short } from './short';
import { bitsOf, type LayerRow } from './sort';

/** `16 values take 3.7 bits each at best; stored in 32 bits; packed 61.0 kB, ideally 74.0 kB` */
function bitsWords(bits: BitsPerWeight | null, packed: Packing['layers'][number] | undefined): string | undefined {
  if (!bits) return undefined;
  const inFile = packed
    ? t('; packed {0}, ideally {1}', bytes(Math.ceil(packed.packedBits / 8)), bytes(Math.ceil(packed.idealBits / 8)))
    : '';
  const stored = t('stored in {0} bits{1}', Number(bits.stored.toFixed(1)), inFile);
  if (!bits.few) return sentence(stored);
  const { values, entropy } = bits.few;
  return sentence(
    t('{0}, whose entropy is {1} bits a weight; {2}', plural(values, 'value'), entropy.toFixed(2), stored),
  );
}

/** A count, in full where it fits. */
export function Count({ value }: { value: number }) {
  const { text, title } = short(value);
  return (
    <td class="figure" title={title}>
      {text}
    </td>
  );
}

/** The reason why a layer cannot be pruned, in a word. */
const reasonWord = ({ params }: LayerRow['layer']): string => (params === 0 ? t('no weights') : t('left alone'));

/** One cell of a layer. @param tried true while amounts are set */
export function Cell({ column, row, tried }: { column: TableColumn; row: LayerRow; tried: boolean }) {
  const { layer, after } = row;
  switch (column) {
    case 'name':
      return null;
    case 'type':
      return (
        <td class="type" title={layer.type}>
          {layer.type}
        </td>
      );
    case 'shape':
      return <td class="figure">{sampleShape(layer.outputShape)}</td>;
    case 'params':
      return <Count value={layer.params} />;
    case 'macs':
      return (
        <td class="figure" title={layer.macs === null ? undefined : t('{0} multiply-accumulates', count(layer.macs))}>
          {layer.macs === null ? '?' : layer.macs === 0 ? '\u2013' : compact(layer.macs)}
        </td>
      );
    case 'bits': {
      const bits = bitsOf(layer);
      return (
        <td
          class="figure"
          data-value={bits ?? undefined}
          title={bitsWords(layer.bitsPerWeight, packing.answer.value?.layers[row.index])}
        >
          {bits === null ? '\u2013' : Number(bits.toFixed(1))}
        </td>
      );
    }
    case 'sparsity':
      return (
        <td class="figure" data-value={layer.sparsity ?? undefined}>
          {layer.sparsity === null ? '\u2013' : percent(layer.sparsity, 1)}
        </td>
      );
    case 'preview': {
      if (!layer.prunable)
        return (
          <td class="figure reason" title={reasonOf(row)}>
            {reasonWord(layer)}
          </td>
        );
      const partly = (after?.threshold ?? 0) > 0 ? after?.reason : undefined;
      return (
        <td
          class="figure after"
          data-value={tried ? (after?.after.sparsity ?? undefined) : undefined}
          title={partly && sentence(translated(partly))}
        >
          {partly !== undefined && <Icon name="info" />}
          {tried && after && after.after.sparsity !== null && percent(after.after.sparsity, 1)}
        </td>
      );
    }
    case 'threshold': {
      const threshold = after?.threshold ?? 0;
      const own = amounts.value.layers[layer.name];
      return (
        <td class="figure" title={own && t('This layer has its own threshold')}>
          {own?.value === 0 ? t('kept') : threshold > 0 ? weight(threshold) : ''}
          {own && (
            <span class="own" aria-label={t('own threshold')}>
              {' \u2022'}
            </span>
          )}
        </td>
      );
    }
    case 'weights': {
      const histogram = layer.prunable ? histograms.value.get(layer.name) : undefined;
      return (
        <td class="picture">
          {histogram && (
            <MiniHistogram histogram={histogram} threshold={after?.threshold ?? 0} id={`mini-${row.index}`} />
          )}
        </td>
      );
    }
  }
}

/** The reason why a layer cannot be pruned, as a sentence. */
export const reasonOf = ({ layer }: LayerRow): string =>
  sentence(translated(layer.reason ?? t('it has no weights that can be pruned')));
