import { useMemo } from 'preact/hooks';
import type uPlot from 'uplot';
import type { EpochRecord } from '../../protocol/epoch';
import { t, translated } from '../../protocol/l10n';
import { METRICS, metricText, type MetricName } from '../../protocol/metric';
import type { CurvePoint, Students } from './job-view';
import { curveData, curveMetric } from './curve-data';
import { axisOf, Chart } from '../ui/chart';
import type { Theme } from '../ui/theme';

const HEIGHT = 170;

/** A figure in the legend: at the cursor, or the latest one. */
const legend =
  (format: (value: number) => string): uPlot.Series.Value =>
  (plot, value: number | null | undefined, index) => {
    const column: ArrayLike<number | null | undefined> = plot.data[index] ?? [];
    const shown = value ?? Array.from(column).findLast((each) => typeof each === 'number');
    return typeof shown === 'number' ? format(shown) : '';
  };

function options(
  width: number,
  theme: Theme,
  { epochs, metric, paired }: { epochs: number; metric: MetricName; paired: boolean },
): uPlot.Options {
  const axis = axisOf(theme);
  const title = translated(METRICS[metric].title);
  const words = translated(METRICS[metric].words);
  const figure = legend((value) => metricText(metric, value, 1));
  return {
    width,
    height: HEIGHT,
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    scales: { x: { time: false, range: [0, Math.max(1, epochs)] }, loss: {}, metric: {} },
    axes: [
      { ...axis, size: 30, space: 60 },
      { ...axis, scale: 'loss' },
      {
        ...axis,
        scale: 'metric',
        // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the enum is ambient, without a value at run time; 1 is its right side
        side: 1,
        size: 52,
        grid: { show: false },
        values: (_, ticks) => ticks.map((tick) => metricText(metric, tick, 1)),
      },
    ],
    series: [
      { label: t('Epoch'), value: legend((value) => value.toFixed(2)) },
      {
        label: t('Loss'),
        scale: 'loss',
        stroke: theme.yellow,
        width: 1.5,
        spanGaps: true,
        points: { show: false },
        value: legend((value) => value.toFixed(4)),
      },
      {
        label: title,
        scale: 'metric',
        stroke: theme.blue,
        width: 1.5,
        spanGaps: true,
        points: { show: false },
        value: figure,
      },
      {
        label: paired ? t('Validation {0} with teacher', words) : t('Validation {0}', words),
        scale: 'metric',
        stroke: theme.green,
        // Measured once an epoch: dots without lines.
        paths: () => null,
        points: { show: true, size: 8, fill: theme.green },
        value: figure,
      },
      ...(paired
        ? [
            {
              label: t('Without'),
              scale: 'metric',
              stroke: theme.red,
              paths: () => null,
              points: { show: true, size: 8, fill: theme.background },
              value: figure,
            },
          ]
        : []),
    ],
  };
}

/** Loss and main metric of a run that is going on, in the colours of the theme. */
export function Curve({
  points,
  records,
  epochs,
  students,
}: {
  points: readonly CurvePoint[];
  records: readonly EpochRecord[];
  epochs: number;
  students: Students | null;
}) {
  const paired = students !== null && students.now.of > 1;
  const data = useMemo(
    () => (paired ? curveData(points, students.taught, students.alone) : curveData(points, records)),
    [points, records, students, paired],
  );
  const metric = curveMetric(points, records);
  const last = points.at(-1);
  return (
    <Chart
      data={data}
      options={(width, theme) => options(width, theme, { epochs, metric, paired })}
      remake={`${epochs} ${metric} ${paired}`}
      label={
        last
          ? t(
              'Loss {0}, {1} {2} at epoch {3}',
              last.loss.toFixed(4),
              translated(METRICS[metric].words),
              metricText(metric, last.metric.value, 1),
              last.epoch.toFixed(2),
            )
          : t('No training step yet')
      }
    />
  );
}
