import { t, translated } from '../../protocol/l10n';
import { amountOf, amountWords } from '../../protocol/measure/sensitivity';
import { mainText, METRICS } from '../../protocol/metric';
import { Sample } from '../chart/legend';
import { styleOf } from '../chart/marks';
import { scanMetric, scannedLayers, type ScanView } from './scan';
import { selected } from '../state/session';
import { select } from '../state/threshold';

/** The layers of the curves; each is a button that selects the layer. */
export function Legend({ view }: { view: ScanView }) {
  return (
    <ul class="scan-legend" aria-label={t('Layers of the curves')}>
      {scannedLayers(view).map(({ name, points, collapsedAt }, index) => {
        const last = points.at(-1);
        return (
          <li key={name}>
            <button
              type="button"
              data-drawn
              class={selected.value === name ? 'scan-layer active' : 'scan-layer'}
              aria-pressed={selected.value === name}
              title={
                collapsedAt === undefined
                  ? undefined
                  : t(
                      'At {0} the {1} is about that of guessing, so the scan stopped there',
                      amountWords(view.by, collapsedAt),
                      translated(METRICS[scanMetric(view)].words),
                    )
              }
              data-testid={`scan-layer-${name}`}
              onClick={() => select(name)}
            >
              <Sample style={styleOf(index)} />
              <span class="tensor-name">{name}</span>
              {last && (
                <span class="quiet figures">
                  {t('{0} at {1}', mainText(last.metrics, 1), amountWords(view.by, amountOf(last)))}
                </span>
              )}
            </button>
          </li>
        );
      })}
    </ul>
  );
}
