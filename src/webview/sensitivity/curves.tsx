import { useMemo } from 'preact/hooks';
import { t, translated } from '../../protocol/l10n';
import { amountWords } from '../../protocol/measure/sensitivity';
import { METRICS, metricText } from '../../protocol/metric';
import { LineChart } from '../chart/line-chart';
import type { AxisSpec } from '../chart/plot-scale';
import { selected } from '../state/session';
import { select } from '../state/threshold';
import { metricUnits, PERCENT } from '../ui/scale';
import { measuredAmounts, scanMetric, scannedLayers, scanSeries, type ScanView } from './scan';

const HEIGHT = 320;
/** In a wide window, so that the curves do not look flat. */
const TALLEST = 460;

function labelOf(view: ScanView, layers: number): string {
  const metric = scanMetric(view);
  const title = translated(METRICS[metric].title);
  const curves =
    view.by === 'quantize'
      ? t('{0} of the model while each of {1} layers alone is kept in fewer and fewer bits', title, layers)
      : t('{0} of the model while each of {1} layers alone is pruned further and further', title, layers);
  const from = view.baseline && metricText(metric, view.baseline.value, 1);
  return from === null
    ? t('{0}: the table below has the figures', curves)
    : t('{0}, from {1}: the table below has the figures', curves, from);
}

/** The amounts of a scan as an axis: sparsities, or widths in bits at 1, 2, 3, with the unchanged model at 0. */
function amountAxis(view: ScanView): AxisSpec {
  if (view.by !== 'quantize') return { values: [0, 1], units: PERCENT, title: t('sparsity of the layer') };
  const amounts = measuredAmounts(view);
  const named = [
    { value: 0, words: t('as it is') },
    ...amounts.map((amount, i) => ({ value: i + 1, words: amountWords(view.by, amount) })),
  ];
  return { values: [0, amounts.length], units: [['', 1]], title: t('bits of a weight of the layer'), named };
}

/** One line per layer: the main metric over sparsity or bits. A click on a line selects its layer; the selected line is bold. */
export function Curves({ view }: { view: ScanView }) {
  const metric = scanMetric(view);
  const drawn = useMemo(() => {
    const series = scanSeries(view);
    const values = series.flatMap(({ points }) => points.map(({ y }) => y));
    const y = { values, units: metricUnits(metric), title: t('{0} of the model', translated(METRICS[metric].title)) };
    return { series, x: amountAxis(view), y };
  }, [view, metric]);
  const amounts = measuredAmounts(view);
  const amountAt = (x: number): string => {
    if (x === 0) return t('as it is');
    return amountWords(view.by, view.by === 'quantize' ? (amounts[x - 1] ?? 0) : x);
  };
  const { baseline } = view;
  return (
    <LineChart
      label={labelOf(view, scannedLayers(view).length)}
      height={HEIGHT}
      tallest={TALLEST}
      {...drawn}
      goals={baseline?.value == null ? [] : [{ axis: 'y', value: baseline.value, words: t('as it is') }]}
      words={({ name }, { x, y }) => t('{0}: {1} at {2}', name, metricText(metric, y, 1), amountAt(x))}
      active={selected.value ?? undefined}
      onPick={select}
      testId="scan-curves"
    />
  );
}
