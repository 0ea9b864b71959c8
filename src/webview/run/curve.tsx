import { useMemo } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import type { EpochRecord } from '../../protocol/epoch';
import { METRICS, metricText, type MetricName } from '../../protocol/metric';
import { Legend } from '../chart/legend';
import { LineChart } from '../chart/line-chart';
import type { SeriesStyle } from '../chart/marks';
import type { Point, Series } from '../chart/series';
import { COUNT_UNITS, metricUnits } from '../ui/scale';
import { curveData, curveMetric, type CurveData } from './curve-data';
import type { CurvePoint, Students } from './job-view';

const HEIGHT = 190;

const TRAINING: SeriesStyle = { color: 'var(--vscode-charts-blue)', dash: [], mark: 'circle' };
const VALIDATION: SeriesStyle = { color: 'var(--vscode-charts-green)', dash: [], mark: 'circle' };
const ALONE: SeriesStyle = { color: 'var(--vscode-charts-red)', dash: [], mark: 'diamond' };

const lossText = (value: number): string => value.toFixed(4);

/** One of the two charts. */
function Chart({
  title,
  series,
  metric,
  epochs,
}: {
  title: string;
  series: readonly Series[];
  /** Null for the loss. */
  metric: MetricName | null;
  epochs: number;
}) {
  const text = (value: number): string => (metric === null ? lossText(value) : metricText(metric, value, 1));
  const shown = series.filter(({ points }) => points.length > 0);
  const axes = useMemo(
    () => ({
      x: { values: [0, Math.max(1, epochs)], units: COUNT_UNITS, title: t('epochs') },
      y: {
        values: series.flatMap(({ points }) => points.map(({ y }) => y)),
        units: metric === null ? COUNT_UNITS : metricUnits(metric),
        title,
      },
    }),
    [series, epochs, metric, title],
  );
  const latest = ({ name, points }: Series): string => t('{0}: {1}', name, text(points.at(-1)!.y));
  return (
    <div class="curve" data-chart={title}>
      <LineChart
        label={[title, ...shown.map(latest)].join(t(', '))}
        height={HEIGHT}
        series={shown}
        {...axes}
        words={({ name }, { x, y }) => t('{0}: {1} at epoch {2}', name, text(y), x.toFixed(2))}
      />
      <Legend series={shown.map((one) => ({ ...one, note: text(one.points.at(-1)!.y) }))} />
    </div>
  );
}

const line = (name: string, points: readonly Point[]): Series => ({ name, points, style: TRAINING, drawn: 'line' });
const dots = (name: string, points: readonly Point[], style = VALIDATION): Series => ({
  ...{ name, points, style },
  drawn: 'marks',
});

function seriesOf(data: CurveData, paired: boolean): Record<'loss' | 'metric', Series[]> {
  const training = t('Training, smoothed');
  const validation = paired ? t('Validation with teacher') : t('Validation');
  return {
    loss: [line(training, data.loss), dots(validation, data.validationLoss)],
    metric: [
      line(training, data.metric),
      dots(validation, data.validation),
      dots(t('Validation without teacher'), data.alone, ALONE),
    ],
  };
}

/** Loss and main metric of a training, each in a chart of its own: batches as a line, validation as points. */
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
  const { loss, metric } = useMemo(
    () => seriesOf(paired ? curveData(points, students.taught, students.alone) : curveData(points, records), paired),
    [points, records, students, paired],
  );
  const name = curveMetric(points, records);
  return (
    <div class="curves">
      <Chart title={t('Loss')} series={loss} metric={null} epochs={epochs} />
      <Chart title={translated(METRICS[name].title)} series={metric} metric={name} epochs={epochs} />
    </div>
  );
}
