import type { ComparedLayer, ComparedSide } from '../../protocol/measure/compare';
import type { Packing } from '../../protocol/measure/packing';
import { bytes, compact, count, sampleShape, percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { comparedLayer, packings } from './state';

const ARROW = ' \u2192 ';

/** Both figures in one cell; equal figures appear once. */
function both(layer: ComparedLayer, of: (side: ComparedSide) => string): string {
  const [a, b] = [layer.a ? of(layer.a) : 'none', layer.b ? of(layer.b) : 'none'];
  return a === b ? a : a + ARROW + b;
}

/** Returns the bytes of a layer in both packed files; nothing where it has no weights. */
function sizesOf({ a, b }: { a: Packing; b: Packing }): (name: string, of: 'idealBits' | 'packedBits') => string {
  const [left, right] = [a, b].map(({ layers }) => new Map(layers.map((layer) => [layer.name, layer])));
  return (name, of) => {
    const [one, other] = [left?.get(name), right?.get(name)].map((layer) =>
      layer ? (layer.params === 0 ? '\u2013' : bytes(Math.ceil(layer[of] / 8))) : 'none',
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
      <h2 id="compared-layers-title">Layers</h2>
      <div class="plan-scroller" role="region" aria-labelledby="compared-layers-title" tabIndex={0}>
        <table class="compare" data-testid="compared-layers">
          <caption class="unseen">
            {names[0]}, then {names[1]}
          </caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              <th scope="col">Type</th>
              <th scope="col">Output</th>
              <th scope="col">Parameters</th>
              <th scope="col">Sparsity</th>
              <th scope="col">MACs</th>
              {sizes && (
                <>
                  <th scope="col">Ideal</th>
                  <th scope="col">Packed</th>
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
                      label={`Show both histograms of ${layer.name}`}
                    >
                      {layer.name}
                    </LinkButton>
                  ) : (
                    layer.name
                  )}
                </th>
                <td>{both(layer, ({ type }) => type)}</td>
                <td>{both(layer, ({ outputShape }) => sampleShape(outputShape))}</td>
                <td>{both(layer, ({ params }) => count(params))}</td>
                <td>{both(layer, ({ sparsity }) => (sparsity === null ? '\u2013' : percent(sparsity, 1)))}</td>
                <td>{both(layer, ({ macs }) => (macs === null ? '?' : macs === 0 ? '\u2013' : compact(macs)))}</td>
                {sizes && (
                  <>
                    <td>{sizes(layer.name, 'idealBits')}</td>
                    <td>{sizes(layer.name, 'packedBits')}</td>
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
