import { t } from '../../protocol/l10n';
import type { ComparedLayer, ComparedSide } from '../../protocol/measure/compare';
import type { Packing } from '../../protocol/measure/packing';
import { bytes, compact, count, sampleShape, percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { comparedLayer, packings } from './state';

const ARROW = ' \u2192 ';

/** Both figures in one cell; equal figures appear once. */
function both(layer: ComparedLayer, of: (side: ComparedSide) => string): string {
  const [a, b] = [layer.a ? of(layer.a) : t('none'), layer.b ? of(layer.b) : t('none')];
  return a === b ? a : a + ARROW + b;
}

/** Returns the bytes of a layer in both packed files; nothing where it has no weights. */
function sizesOf({ a, b }: { a: Packing; b: Packing }): (name: string, of: 'idealBits' | 'packedBits') => string {
  const [left, right] = [a, b].map(({ layers }) => new Map(layers.map((layer) => [layer.name, layer])));
  return (name, of) => {
    const [one, other] = [left?.get(name), right?.get(name)].map((layer) =>
      layer ? (layer.params === 0 ? '\u2013' : bytes(Math.ceil(layer[of] / 8))) : t('none'),
    );
    return one === other ? (one ?? '') : `${one ?? ''}${ARROW}${other ?? ''}`;
  };
}

/** Every layer of both models, by name. */
export function LayersOfTwo({ layers, names }: { layers: readonly ComparedLayer[]; names: readonly [string, string] }) {
  const known = packings.answer.value;
  const sizes = known && sizesOf(known);
  return (
    <section class="section" aria-labelledby="compared-layers-title">
      <h2 id="compared-layers-title">{t('Layers')}</h2>
      <div class="plan-scroller" role="group" aria-labelledby="compared-layers-title" tabIndex={0}>
        <table class="compare stacks" data-testid="compared-layers">
          <caption class="unseen">{t('{0}, then {1}', names[0], names[1])}</caption>
          <thead>
            <tr>
              <th scope="col">{t('Layer')}</th>
              <th scope="col">{t('Type')}</th>
              <th scope="col">{t('Output')}</th>
              <th scope="col">{t('Parameters')}</th>
              <th scope="col">{t('Sparsity')}</th>
              <th scope="col">{t('MACs')}</th>
              {sizes && (
                <>
                  <th scope="col">{t('Ideal')}</th>
                  <th scope="col">{t('Packed')}</th>
                </>
              )}
            </tr>
          </thead>
          <tbody>
            {layers.map((layer) => (
              <tr
                key={layer.name}
                class={comparedLayer.value === layer.name ? 'active' : undefined}
                data-testid={`compared-${layer.name}`}
              >
                <th scope="row">
                  {layer.histogram ? (
                    <LinkButton
                      onPress={() => (comparedLayer.value = layer.name)}
                      label={t('Show both histograms of {0}', layer.name)}
                    >
                      {layer.name}
                    </LinkButton>
                  ) : (
                    layer.name
                  )}
                </th>
                <td data-head={t('Type')}>{both(layer, ({ type }) => type)}</td>
                <td data-head={t('Output')}>{both(layer, ({ outputShape }) => sampleShape(outputShape))}</td>
                <td data-head={t('Parameters')}>{both(layer, ({ params }) => count(params))}</td>
                <td data-head={t('Sparsity')}>
                  {both(layer, ({ sparsity }) => (sparsity === null ? '\u2013' : percent(sparsity, 1)))}
                </td>
                <td data-head={t('MACs')}>
                  {both(layer, ({ macs }) => (macs === null ? '?' : macs === 0 ? '\u2013' : compact(macs)))}
                </td>
                {sizes && (
                  <>
                    <td data-head={t('Ideal')}>{sizes(layer.name, 'idealBits')}</td>
                    <td data-head={t('Packed')}>{sizes(layer.name, 'packedBits')}</td>
                  </>
                )}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
