import {
  amountOf,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
  type SensitivityPart,
} from '../../protocol/measure/sensitivity';
import type { Progress } from '../../protocol/measure';
import type { MetricName, MetricValue } from '../../protocol/metric';

/** A scan for the page, during and after it. */
export interface ScanView {
  by: SensitivityOptions['by'];
  layers: readonly LayerSensitivity[];
  /** The main metric of the unchanged model; null before it is known. */
  baseline: MetricValue | null;
  progress: Progress | null;
}

/** The view before the first part of a scan. */
export const emptyScan = (by: ScanView['by']): ScanView => ({ by, layers: [], baseline: null, progress: null });

/** The view after a part of the scan. */
export function onScanPart(view: ScanView, part: SensitivityPart): ScanView {
  switch (part.part) {
    case 'begin':
      return {
        ...view,
        baseline: part.baseline.metrics[0],
        layers: part.layers.map((layer) => ({ ...layer, points: [] })),
      };
    case 'point':
      return {
        ...view,
        layers: view.layers.map((layer) => (layer.name === part.layer ? withPoint(layer, part) : layer)),
      };
    case 'progress':
      return { ...view, progress: part.progress };
  }
}

function withPoint(layer: LayerSensitivity, { point, collapsed }: Extract<SensitivityPart, { part: 'point' }>) {
  const others = layer.points.filter((each) => amountOf(each) !== amountOf(point));
  const order = point.bits === undefined ? 1 : -1;
  return {
    ...layer,
    points: [...others, point].sort((a, b) => order * (amountOf(a) - amountOf(b))),
    ...(collapsed ? { collapsedAt: amountOf(point) } : {}),
  };
}

/** The finished view. */
export const finishedScan = ({ layers, baseline, options }: Sensitivity): ScanView => ({
  by: options.by,
  layers,
  baseline: baseline.metrics[0],
  progress: null,
});

/** The metric of the curves. */
export const scanMetric = ({ baseline }: ScanView): MetricName => baseline?.name ?? 'accuracy';

/** Layers with a curve. */
export const scannedLayers = (view: ScanView): LayerSensitivity[] =>
  view.layers.filter(({ state }) => state === 'scanned');

/** All measured amounts, from little to much compression. */
export function measuredAmounts(view: ScanView): number[] {
  const all = new Set(scannedLayers(view).flatMap(({ points }) => points.map(amountOf)));
  return [...all].sort((a, b) => (view.by === 'quantize' ? b - a : a - b));
}

/**
 * Columns of the plot: places of amounts, then the main metric of each layer; null if a layer was not measured. At 0 every layer
 * has the metric of the unchanged model. Sparsities are places themselves; widths in bits stand at 1, 2, 3.
 */
export function scanColumns(view: ScanView): [number[], ...(number | null)[][]] {
  const amounts = measuredAmounts(view);
  const columns = scannedLayers(view).map((layer) => {
    const known = new Map(layer.points.map((point) => [amountOf(point), point.metrics[0].value]));
    return [view.baseline?.value ?? null, ...amounts.map((amount) => known.get(amount) ?? null)];
  });
  return [[0, ...amounts.map((amount, i) => (view.by === 'quantize' ? i + 1 : amount))], ...columns];
}

/** The layer with the nearest line to a point of the plot, at most `reach` of the metric away; null: none. */
export function nearestLayer(view: ScanView, at: { place: number; metric: number }, reach: number): string | null {
  const [places, ...columns] = scanColumns(view);
  const distances = scannedLayers(view).map(({ name }, index) => {
    const metric = interpolate(places, columns[index] ?? [], at.place);
    return { name, away: metric === null ? Infinity : Math.abs(metric - at.metric) };
  });
  const nearest = distances.sort((a, b) => a.away - b.away)[0];
  return nearest && nearest.away <= reach ? nearest.name : null;
}

/** Interpolates between the two known points around `x`; null outside of them. */
function interpolate(xs: readonly number[], ys: readonly (number | null)[], x: number): number | null {
  const known = xs.flatMap((each, index) => {
    const y = ys[index];
    return y == null ? [] : [{ x: each, y }];
  });
  const right = known.findIndex((each) => each.x >= x);
  const after = known[right];
  const before = known[right - 1] ?? after;
  if (!after || !before) return null;
  return after.x === before.x ? after.y : before.y + ((after.y - before.y) * (x - before.x)) / (after.x - before.x);
}
