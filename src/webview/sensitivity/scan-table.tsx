import { t, translated } from '../../protocol/l10n';
import { amountOf, amountWords } from '../../protocol/measure/sensitivity';
import { mainText, METRICS } from '../../protocol/metric';
import { sentence } from '../ui/sentence';
import { scanMetric, scannedLayers, measuredAmounts, type ScanView } from './scan';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';

/** The figures of the curves, and the reasons why some layers have none. */
export function ScanTable({ view }: { view: ScanView }) {
  const amounts = measuredAmounts(view);
  const title = translated(METRICS[scanMetric(view)].title);
  const left = view.layers.filter(({ state }) => state !== 'scanned');
  return (
    <>
      <div
        class="plan-scroller"
        role="region"
        aria-label={view.by === 'quantize' ? t('{0} by layer and bits', title) : t('{0} by layer and sparsity', title)}
        tabIndex={0}
      >
        <table class="compare" data-testid="scan-table">
          <caption class="unseen">
            {view.by === 'quantize'
              ? t('{0} of the model with one layer alone kept in fewer bits', title)
              : t('{0} of the model with one layer alone pruned to a sparsity', title)}
          </caption>
          <thead>
            <tr>
              <th scope="col">{t('Layer')}</th>
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
        <ul class="left-alone small quiet" aria-label={t('Layers that were left alone')}>
          {left.map(({ name, reason }) => (
            <li key={name}>
              <span class="tensor-name">{name}</span>:{' '}
              {sentence(reason === undefined ? t('it has no weights to compress') : translated(reason))}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
