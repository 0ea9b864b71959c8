import { t } from '../../protocol/l10n';
import type { JsonObject } from '../../protocol/json';
import { amountOf, type LayerSensitivity } from '../../protocol/measure/sensitivity';
import { lossOf, METRICS } from '../../protocol/metric';
import { scanMetric, scannedLayers, type ScanView } from './scan';

/** Loss of the main metric that a layer may cause by itself, as a person types it: points of a share, percent of other values. */
export const FIRST_TOLERANCE = 0.5;

/** The unit of a tolerance for the metric of a scan. */
export const toleranceUnit = (view: ScanView): string => (METRICS[scanMetric(view)].isShare ? t('points') : '%');

/**
 * Finds the layers that lose more than the tolerance at an amount, the worst first. A layer that collapsed before is among them.
 * @param tolerance in the unit of `toleranceUnit`
 */
export function sensitiveLayers(view: ScanView, amount: number, tolerance: number): string[] {
  const metric = scanMetric(view);
  const before = view.baseline?.value ?? 0;
  const most = (tolerance / 100) * (METRICS[metric].isShare ? 1 : Math.abs(before));
  const lossAt = ({ points }: LayerSensitivity): number => {
    const point = points.find((each) => amountOf(each) === amount);
    return point ? lossOf(metric, point.metrics[0].value, before) : Infinity;
  };
  return scannedLayers(view)
    .map((layer) => ({ name: layer.name, loss: lossAt(layer) }))
    .filter(({ loss }) => loss > most + 1e-9)
    .sort((a, b) => b.loss - a.loss)
    .map(({ name }) => name);
}

/** Makes the step that compresses all layers by an amount, and leaves some alone. */
export function stepWithout({ by }: ScanView, amount: number, protect: readonly string[]): JsonObject {
  const left = protect.length === 0 ? {} : { protect: [...protect] };
  switch (by) {
    case 'quantize':
      return { step: 'quantize', bits: `int${amount}`, ...left };
    case 'prune':
      return { step: 'prune', scope: 'layer', amount: { sparsity: amount }, ...left };
    case 'remove':
      return { step: 'remove', scope: 'layer', amount: { channels: amount }, ...left };
  }
}
