import type { ComparedLayer, ComparedSide } from '../../protocol/measure/compare';
import { compact, count, sampleShape, percent } from '../../protocol/format';
import { LinkButton } from '../ui/link';
import { comparedLayer } from './state';

const ARROW = ' \u2192 ';

/** Both figures in one cell; equal figures appear once. */
function both(layer: ComparedLayer, of: (side: ComparedSide) => string): string {
  const [a, b] = [layer.a ? of(layer.a) : 'none', layer.b ? of(layer.b) : 'none'];
  return a === b ? a : a + ARROW + b;
}

/** Every layer of both models, by name. */
export function LayersOfTwo({ layers, names }: { layers: readonly ComparedLayer[]; names: readonly [string, string] }) {
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
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
