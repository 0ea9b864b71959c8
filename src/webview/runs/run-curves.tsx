import { useMemo, useState } from 'preact/hooks';
import { t, tPlural, translated } from '../../protocol/l10n';
import { METRICS, metricText } from '../../protocol/metric';
import { Legend } from '../chart/legend';
import { LineChart } from '../chart/line-chart';
import { Range } from '../ui/range';
import { COUNT_UNITS, metricUnits } from '../ui/scale';
import { Segments } from '../ui/segments';
import { CURVED, metricOfLines, seriesOfLines, type Curved, type Line } from './curves';

const HEIGHT = 280;
/** The strongest smoothing. */
const MOST = 0.95;

const WORDS: Readonly<Record<Curved, string>> = { validation: t('Validation'), test: t('Test'), loss: t('Loss') };

/** The course of the training of several runs over each other, with the lines as they are behind smoothed ones. */
export function RunCurves({ lines }: { lines: readonly Line[] }) {
  const [of, setOf] = useState<Curved>('validation');
  const [smoothing, setSmoothing] = useState(0);
  const shown = lines.filter(({ curve }) => curve.length > 0);
  const metric = metricOfLines(shown, of);
  const series = useMemo(
    () => (metric === null ? [] : seriesOfLines(shown, of, metric, smoothing)),
    [lines, of, metric, smoothing],
  );
  if (shown.length === 0) return null;
  const own = series.filter(({ isFaint }) => isFaint !== true);
  const without = lines.length - shown.length;
  const others = metric === null ? 0 : shown.length - own.length;
  return (
    <section class="section" aria-labelledby="run-curves-title" data-testid="run-curves">
      <div class="section-head">
        <h2 id="run-curves-title">{t('Training curves')}</h2>
        <Segments
          label={t('Curves show')}
          value={of}
          options={CURVED.map((value) => ({ value, text: WORDS[value] }))}
          onSelect={setOf}
          testId="curved"
        />
        <span class="row small run-smoothing">
          {t('Smoothing')}
          <Range
            label={t('Smoothing')}
            {...{ value: smoothing, max: MOST, step: 0.01, arrow: 0.05, page: 0.2 }}
            text={smoothing.toFixed(2)}
            onValue={setSmoothing}
            testId="smoothing"
          />
          <span class="figures">{smoothing.toFixed(2)}</span>
        </span>
      </div>
      {metric === null ? (
        <p class="plot-empty">{t('These runs measured nothing on that split.')}</p>
      ) : (
        <div data-chart={t('Training curves')}>
          <LineChart
            label={t('{0} over epochs of {1}', WORDS[of], shown.map(({ name }) => name).join(t(', ')))}
            height={HEIGHT}
            series={series}
            x={{
              values: own.flatMap(({ points }) => points.map(({ x }) => x)),
              ...{ units: COUNT_UNITS, title: t('epochs'), areWhole: true },
            }}
            y={{
              values: series.flatMap(({ points }) => points.map(({ y }) => y)),
              units: metricUnits(metric),
              title: translated(METRICS[metric].title),
            }}
            words={({ name }, { x, y }) =>
              smoothing > 0
                ? t('{0}: {1} at epoch {2}, smoothed', name, metricText(metric, y), x)
                : t('{0}: {1} at epoch {2}', name, metricText(metric, y), x)
            }
            testId="run-curves-plot"
          />
          <Legend series={own.map((one) => ({ ...one, note: metricText(metric, one.last) }))} />
        </div>
      )}
      <p class="small quiet">
        {[
          ...(without > 0 ? [tPlural(without, '{0} chosen run has no training.', '{0} chosen runs have no training.', without)] : []), // prettier-ignore
          ...(others > 0 ? [tPlural(others, '{0} chosen run has another metric.', '{0} chosen runs have another metric.', others)] : []), // prettier-ignore
        ].join(' ')}
      </p>
    </section>
  );
}
