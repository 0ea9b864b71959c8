import { useMemo } from 'preact/hooks';
import { t } from '../../protocol/l10n';
import { Sample } from '../chart/legend';
import { styleOf } from '../chart/marks';
import type { Histogram } from '../../protocol/measure';
import { marks } from '../state/layer-list';
import { histograms } from '../state/session';
import { barHeight, type Axis } from '../ui/scale';
import { roomAbove } from './bars';
import type { Bins } from './bins';
import { rebinned } from './rebinned';

/** The most layers that are laid over the selected one. */
const MOST = 6;

/** The histograms of the layers that were chosen together with this one. */
function others(layer: string | null): Histogram[] {
  const { names } = marks.value;
  if (names.size < 2 || layer === null) return [];
  return [...names].flatMap((name) => (name === layer ? [] : (histograms.value.get(name) ?? []))).slice(0, MOST);
}

const nonzero = ({ counts }: Pick<Histogram, 'counts'>): number => counts.reduce((sum, count) => sum + count, 0);

/** Layers that were chosen together, as outlines over the bars of the selected one. Each is scaled to its number of weights. */
export function OtherLayers({
  histogram,
  bins,
  axis,
  height,
  log,
}: {
  histogram: Histogram;
  bins: Bins;
  axis: Axis;
  height: number;
  log: boolean;
}) {
  const shown = useMemo(() => others(histogram.layer), [histogram.layer, marks.value, histograms.value]);
  // The pointer moves often, and the outlines stay.
  const outlines = useMemo(() => {
    const largest = Math.max(...bins.counts, 1);
    const tallest = height - roomAbove(height);
    const each = axis.width / Math.max(1, bins.counts.length);
    const total = nonzero(histogram);
    return shown.map((one) => {
      const scale = total / Math.max(1, nonzero(one));
      const steps = rebinned(one, bins).map((count, bin) => {
        const share = Math.min(1, barHeight(count * scale, largest, log));
        return `V${(height - share * tallest).toFixed(2)}H${((bin + 1) * each).toFixed(2)}`;
      });
      return { layer: one.layer, path: `M0 ${height}${steps.join('')}V${height}` };
    });
  }, [histogram, shown, bins, axis.width, height, log]);
  if (outlines.length === 0) return null;
  return (
    <svg class="levels" width={axis.width} height={height} aria-hidden="true" data-testid="other-layers">
      {outlines.map(({ layer, path }, index) => {
        const { color, dash } = styleOf(index + 1);
        return (
          <path
            key={layer}
            d={path}
            style={{ fill: 'none', stroke: color, strokeWidth: '1.75px', strokeDasharray: dash.join(' ') }}
            data-layer={layer}
          />
        );
      })}
    </svg>
  );
}

/** Which outline is which layer. */
export function OtherLayersLegend({ layer }: { layer: string | null }) {
  const shown = others(layer);
  if (shown.length === 0 || layer === null) return null;
  return (
    <ul class="plot-legend small" aria-label={t('Layers over each other')} data-testid="other-layers-legend">
      <li class="row">
        <svg width="12" height="10" aria-hidden="true">
          <rect class="bars-keep" width="12" height="10" rx="2" />
        </svg>
        {layer}
      </li>
      {shown.map(({ layer: name }, index) => (
        <li key={name} class="row">
          <Sample style={styleOf(index + 1)} drawn="line" />
          {name}
        </li>
      ))}
      <li class="quiet">{t('each scaled to as many nonzero weights as {0} has', layer)}</li>
    </ul>
  );
}
