import type { LayerSensitivity, Sensitivity, SensitivityPart } from '../../protocol/measure/sensitivity';
import type { Progress } from '../../protocol/measure';
import type { MetricName, MetricValue } from '../../protocol/metric';

/** A scan for the page, during and after it. */
export interface ScanView {
  layers: readonly LayerSensitivity[];
  /** The main metric of the unchanged model; null before it is known. */
  baseline: MetricValue | null;
  progress: Progress | null;
}

export const EMPTY_SCAN: ScanView = { layers: [], baseline: null, progress: null };

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
  const others = layer.points.filter(({ sparsity }) => sparsity !== point.sparsity);
  return {
    ...layer,
    points: [...others, point].sort((a, b) => a.sparsity - b.sparsity),
    ...(collapsed ? { collapsedAt: point.sparsity } : {}),
  };
}

/** The finished view. */
export const finishedScan = ({ layers, baseline }: Sensitivity): ScanView => ({
  layers,
  baseline: baseline.metrics[0],
  progress: null,
});

/** The metric of the curves. */
export const scanMetric = ({ baseline }: ScanView): MetricName => baseline?.name ?? 'accuracy';

/** Layers with a curve. */
export const scannedLayers = (view: ScanView): LayerSensitivity[] =>
  view.layers.filter(({ state }) => state === 'scanned');

/** All sparsities in order, from 0, at which every layer has the metric of the unchanged model. */
export function scanSparsities(view: ScanView): number[] {
  const all = new Set(scannedLayers(view).flatMap(({ points }) => points.map(({ sparsity }) => sparsity)));
  return [0, ...[...all].sort((a, b) => a - b)];
}

/** Columns of the plot: sparsities, then the main metric of each layer; null if a layer was not measured. */
export function scanColumns(view: ScanView): [number[], ...(number | null)[][]] {
  const sparsities = scanSparsities(view);
  const columns = scannedLayers(view).map((layer) => {
    const known = new Map(layer.points.map((point) => [point.sparsity, point.metrics[0].value]));
    return sparsities.map((sparsity) =>
      sparsity === 0 ? (view.baseline?.value ?? null) : (known.get(sparsity) ?? null),
    );
  });
  return [sparsities, ...columns];
}

/** The layer with the nearest line to a point of the plot, at most `reach` of the metric away; null: none. */
export function nearestLayer(view: ScanView, at: { sparsity: number; metric: number }, reach: number): string | null {
  const [sparsities, ...columns] = scanColumns(view);
  const distances = scannedLayers(view).map(({ name }, index) => {
    const metric = interpolate(sparsities, columns[index] ?? [], at.sparsity);
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
