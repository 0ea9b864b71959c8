import { amountOf, amountWords } from '../../protocol/measure/sensitivity';
import { mainText, METRICS } from '../../protocol/metric';
import { sentence } from '../ui/sentence';
import { scanMetric, scannedLayers, measuredAmounts, type ScanView } from './scan';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';

/** The figures of the curves, and the reasons why some layers have none. */
export function ScanTable({ view }: { view: ScanView }) {
  const amounts = measuredAmounts(view);
  const { title } = METRICS[scanMetric(view)];
  const left = view.layers.filter(({ state }) => state !== 'scanned');
  return (
    <>
      <div
        class="plan-scroller"
        role="region"
        aria-label={`${title} by layer and ${view.by === 'quantize' ? 'bits' : 'sparsity'}`}
        tabIndex={0}
      >
        <table class="compare" data-testid="scan-table">
          <caption class="unseen">
            {title} of the model with one layer alone{' '}
            {view.by === 'quantize' ? 'kept in fewer bits' : 'pruned to a sparsity'}
          </caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              {amounts.map((amount) => (
                <th key={amount} scope="col">
                  {amountWords(view.by, amount)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {scannedLayers(view).map(({ name, points }) => (
              <tr key={name} data-testid={`scan-row-${name}`}>
                <th scope="row">
                  <LinkButton onPress={() => select(name)}>{name}</LinkButton>
                </th>
                {amounts.map((amount) => {
                  const point = points.find((each) => amountOf(each) === amount);
                  return (
                    <td key={amount} data-value={point?.metrics[0].value}>
                      {point ? mainText(point.metrics, 1) : '\u2013'}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {left.length > 0 && (
        <ul class="left-alone small quiet" aria-label="Layers that were left alone">
          {left.map(({ name, reason }) => (
            <li key={name}>
              <span class="tensor-name">{name}</span>: {sentence(reason ?? 'it has no weights to compress')}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
