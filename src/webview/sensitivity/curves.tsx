import { useMemo, useRef } from 'preact/hooks';
import type uPlot from 'uplot';
import { t, translated } from '../../protocol/l10n';
import { amountWords } from '../../protocol/measure/sensitivity';
import { METRICS, metricText } from '../../protocol/metric';
import { measuredAmounts, nearestLayer, scanColumns, scanMetric, scannedLayers, type ScanView } from './scan';
import { selected } from '../state/session';
import { select } from '../state/threshold';
import { axisOf, Chart } from '../ui/chart';
import { metricUnits, tickWords } from '../ui/scale';
import type { Theme } from '../ui/theme';

const HEIGHT = 300;
/** The distance in pixels within which the pointer selects a line. */
const NEAR = 30;

const DASHES = [[], [6, 4], [2, 3]];

/** The colour and dash of each line: the colours of the theme, then the same with dashes. */
export function lineStyle(index: number, theme: Theme): { stroke: string; dash: number[] } {
  const colours = [theme.blue, theme.green, theme.yellow, theme.red, theme.purple, theme.text];
  return {
    stroke: colours[index % colours.length] ?? theme.text,
    dash: DASHES[Math.floor(index / colours.length) % DASHES.length] ?? [],
  };
}

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

/** One line per layer: the main metric over sparsity or bits. A click on a line selects its layer; the selected line is thicker. */
export function Curves({ view }: { view: ScanView }) {
  const layers = scannedLayers(view);
  const data = useMemo(() => scanColumns(view), [view]);
  const latest = useRef(view);
  latest.current = view;
  const metric = scanMetric(view);
  const { isShare } = METRICS[metric];
  const names = layers.map(({ name }) => name);
  const quantizes = view.by === 'quantize';
  const amounts = measuredAmounts(view);
  const widthAt = (place: number): string =>
    place === 0 ? t('as it is') : amounts[place - 1] === undefined ? '' : amountWords(view.by, amounts[place - 1]!);
  const options = (width: number, theme: Theme): uPlot.Options => {
    const axis = axisOf(theme);
    const inHand = names.includes(selected.value ?? '') ? selected.value : null;
    return {
      width,
      height: HEIGHT,
      cursor: {
        drag: { x: false, y: false },
        focus: { prox: NEAR },
      },
      focus: { alpha: 0.3 },
      legend: { show: false },
      hooks: {
        ready: [
          (plot) =>
            plot.over.addEventListener('click', ({ offsetX, offsetY }) => {
              const at = { place: plot.posToVal(offsetX, 'x'), metric: plot.posToVal(offsetY, 'y') };
              const reach = at.metric - plot.posToVal(offsetY + NEAR, 'y');
              const layer = nearestLayer(latest.current, at, reach);
              if (layer !== null) select(layer);
            }),
        ],
      },
      scales: { x: { time: false, range: [0, quantizes ? amounts.length : 1] } },
      axes: [
        {
          ...axis,
          size: 30,
          space: 60,
          ...(quantizes ? { splits: () => [0, ...amounts.map((_, i) => i + 1)] } : {}),
          values: (_, ticks) => ticks.map((tick) => (quantizes ? widthAt(tick) : `${Math.round(tick * 100)}%`)),
        },
        {
          ...axis,
          size: 52,
          values: (_, ticks) =>
            isShare ? ticks.map((tick) => `${Math.round(tick * 100)}%`) : tickWords(ticks, metricUnits(metric)),
        },
      ],
      series: [
        { label: quantizes ? t('Bits') : t('Sparsity') },
        ...layers.map((layer, index) => ({
          label: layer.name,
          ...lineStyle(index, theme),
          width: layer.name === inHand ? 3.5 : 1.75,
          spanGaps: true,
          points: { show: true, size: 5 },
        })),
      ],
    };
  };
  return (
    <Chart
      data={data}
      options={options}
      remake={JSON.stringify([names, selected.value, metric, quantizes && amounts])}
      label={labelOf(view, layers.length)}
      testId="scan-curves"
    />
  );
}
