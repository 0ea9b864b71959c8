import { useMemo, useState } from 'preact/hooks';
import type uPlot from 'uplot';
import { t, tPlural, translated } from '../../protocol/l10n';
import { METRICS, metricText, type MetricName } from '../../protocol/metric';
import { lineStyle } from '../sensitivity/curves';
import { axisOf, Chart } from '../ui/chart';
import { Range } from '../ui/range';
import { metricUnits, tickWords } from '../ui/scale';
import { Segments } from '../ui/segments';
import { readTheme, useThemeVersion, type Theme } from '../ui/theme';
import { columnsOfLines, CURVED, metricOfLines, smooth, type Curved, type Line } from './curves';

const HEIGHT = 260;
/** The strongest smoothing. */
const MOST = 0.95;

const WORDS: Readonly<Record<Curved, string>> = { validation: t('Validation'), test: t('Test'), loss: t('Loss') };

/** The course of the training of several runs over each other, with the lines as they are behind smoothed ones. */
export function RunCurves({ lines }: { lines: readonly Line[] }) {
  const [of, setOf] = useState<Curved>('validation');
  const [smoothing, setSmoothing] = useState(0);
  const shown = lines.filter(({ curve }) => curve.length > 0);
  const metric = metricOfLines(shown, of);
  const raw = useMemo(() => (metric === null ? null : columnsOfLines(shown, of, metric)), [lines, of, metric]);
  const smoothed = useMemo(() => raw?.columns.map((column) => smooth(column, smoothing)) ?? [], [raw, smoothing]);
  const data = useMemo<uPlot.AlignedData>(
    () => (raw ? [raw.epochs, ...raw.columns, ...(smoothing > 0 ? smoothed : [])] : [[]]),
    [raw, smoothed, smoothing],
  );
  if (shown.length === 0) return null;
  const without = lines.length - shown.length;
  const others = raw?.columns.filter((column) => column.every((value) => value === null)).length ?? 0;
  return (
    <section class="section" aria-labelledby="run-curves-title" data-testid="run-curves">
      <div class="section-head">
        <h2 id="run-curves-title">{t('Training curves')}</h2>
        <Segments
          label={t('Figure of the curves')}
          value={of}
          options={CURVED.map((value) => ({ value, text: WORDS[value] }))}
          onSelect={setOf}
          testId="curved"
        />
        <label class="row small">
          {t('Smoothing')}
          <Range
            label={t('Smoothing')}
            {...{ value: smoothing, max: MOST, step: 0.01, arrow: 0.05, page: 0.2 }}
            text={smoothing.toFixed(2)}
            onValue={setSmoothing}
            testId="smoothing"
          />
          <span class="figures">{smoothing.toFixed(2)}</span>
        </label>
      </div>
      {raw && metric !== null ? (
        <>
          <Chart
            data={data}
            options={(width, theme) => options(width, theme, { lines: shown, metric, isSmoothed: smoothing > 0 })}
            remake={JSON.stringify([shown.map(({ name }) => name), of, metric, smoothing > 0])}
            label={t('{0} over epochs of {1}', WORDS[of], shown.map(({ name }) => name).join(t(', ')))}
            testId="run-curves-plot"
          />
          <Legend lines={shown} metric={metric} smoothed={smoothed} />
        </>
      ) : (
        <p class="plot-empty">{t('These runs measured nothing on that split.')}</p>
      )}
      <p class="small quiet">
        {[
          ...(without > 0 ? [tPlural(without, '{0} chosen run trained nothing.', '{0} chosen runs trained nothing.', without)] : []), // prettier-ignore
          ...(others > 0 ? [tPlural(others, '{0} chosen run has another metric.', '{0} chosen runs have another metric.', others)] : []), // prettier-ignore
        ].join(' ')}
      </p>
    </section>
  );
}

function Legend({
  lines,
  metric,
  smoothed,
}: {
  lines: readonly Line[];
  metric: MetricName;
  smoothed: readonly (number | null)[][];
}) {
  useThemeVersion();
  const theme = readTheme();
  return (
    <ul class="scan-legend" aria-label={t('Runs of the curves')}>
      {lines.map(({ name }, index) => {
        const { stroke, dash } = lineStyle(index, theme);
        const last = smoothed[index]?.findLast((value) => value !== null);
        return (
          <li key={name} class="row small">
            <svg width="22" height="8" aria-hidden="true">
              <line x1="0" x2="22" y1="4" y2="4" stroke={stroke} stroke-width="2" stroke-dasharray={dash.join(' ')} />
            </svg>
            {name} {last != null && <span class="figures quiet">{metricText(metric, last)}</span>}
          </li>
        );
      })}
    </ul>
  );
}

function options(
  width: number,
  theme: Theme,
  { lines, metric, isSmoothed }: { lines: readonly Line[]; metric: MetricName; isSmoothed: boolean },
): uPlot.Options {
  const axis = axisOf(theme);
  const units = metricUnits(metric);
  const line = (index: number, isFaint: boolean): uPlot.Series => ({
    label: lines[index]?.name ?? '',
    ...lineStyle(index, theme),
    width: isFaint ? 1 : 2,
    alpha: isFaint ? 0.3 : 1,
    spanGaps: true,
    points: { show: !isFaint, size: 5 },
  });
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { show: false },
    scales: { x: { time: false, range: (_, least, most) => [Math.min(least, most - 0.5) - 0.2, most + 0.2] } },
    axes: [
      {
        ...axis,
        label: t('Epoch'),
        labelSize: 18,
        labelFont: theme.font,
        size: 28,
        space: 60,
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500],
      },
      {
        ...axis,
        label: translated(METRICS[metric].title),
        labelSize: 18,
        labelFont: theme.font,
        size: 56,
        values: (_, ticks) => tickWords(ticks, units),
      },
    ],
    series: [
      { label: t('Epoch') },
      ...lines.map((_, index) => line(index, isSmoothed)),
      ...(isSmoothed ? lines.map((_, index) => line(index, false)) : []),
    ],
  };
}
