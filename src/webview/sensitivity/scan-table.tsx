import { percent } from '../../protocol/format';
import { mainText, METRICS } from '../../protocol/metric';
import { sentence } from '../ui/sentence';
import { scanMetric, scannedLayers, scanSparsities, type ScanView } from './scan';
import { select } from '../state/threshold';
import { LinkButton } from '../ui/link';

/** The figures of the curves, and the reasons why some layers have none. */
export function ScanTable({ view }: { view: ScanView }) {
  const sparsities = scanSparsities(view).filter((sparsity) => sparsity > 0);
  const { title } = METRICS[scanMetric(view)];
  const left = view.layers.filter(({ state }) => state !== 'scanned');
  return (
    <>
      <div class="plan-scroller" role="region" aria-label={`${title} by layer and sparsity`} tabIndex={0}>
        <table class="compare" data-testid="scan-table">
          <caption class="unseen">{title} of the model with one layer alone pruned to a sparsity</caption>
          <thead>
            <tr>
              <th scope="col">Layer</th>
              {sparsities.map((sparsity) => (
                <th key={sparsity} scope="col">
                  {percent(sparsity, 0)}
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
                {sparsities.map((sparsity) => {
                  const point = points.find((each) => each.sparsity === sparsity);
                  return (
                    <td key={sparsity} data-value={point?.metrics[0].value}>
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
              <span class="tensor-name">{name}</span>: {sentence(reason ?? 'it has nothing to prune')}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
