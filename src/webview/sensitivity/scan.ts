import {
  amountOf,
  type LayerSensitivity,
  type Sensitivity,
  type SensitivityOptions,
  type SensitivityPart,
} from '../../protocol/measure/sensitivity';
import { styleOf } from '../chart/marks';
import type { Series } from '../chart/series';
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
 * The curves of the layers: the main metric over places of amounts. At 0 every layer has the metric of the unchanged model.
 * Sparsities are places themselves; widths in bits stand at 1, 2, 3.
 */
export function scanSeries(view: ScanView): Series[] {
  const amounts = measuredAmounts(view);
  const { baseline } = view;
  return scannedLayers(view).map(({ name, points }, index) => ({
    ...{ name, style: styleOf(index), drawn: 'both' },
    points: [
      ...(baseline ? [{ x: 0, y: baseline.value }] : []),
      ...points.map((point) => {
        const amount = amountOf(point);
        return { x: view.by === 'quantize' ? amounts.indexOf(amount) + 1 : amount, y: point.metrics[0].value };
      }),
    ].filter(({ y }) => Number.isFinite(y)),
  }));
}
