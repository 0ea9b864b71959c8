import type {
  LayerSensitivity,
  ScannedLayer,
  Sensitivity,
  SensitivityOptions,
  SensitivityPart,
} from '../../../src/protocol/measure/sensitivity';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured } from '../../../src/protocol/metric';
import type { Inspection } from '../../../src/protocol/model';
import type { HandlerContext } from '../../../src/rpc/peer';

const BASE = measurement([measured('accuracy', 0.916), measured('top5', 0.998)], 0.24, 0.998);

/** A scan whose curves fall off the later, the more weights a layer has. */
export async function fakeScan(
  { layers, weightsHash }: Inspection,
  options: SensitivityOptions,
  { report }: HandlerContext<SensitivityPart>,
  pause: () => Promise<void>,
): Promise<Sensitivity> {
  const start = performance.now();
  const scanned = layers.map(({ name, prunable, params, reason }): ScannedLayer => ({
    name,
    parameters: prunable ? [`${name}/kernel`] : [],
    size: params,
    state: prunable ? 'scanned' : 'skipped',
    ...(prunable ? {} : { reason: reason ?? 'it has no weights' }),
  }));
  report({ part: 'begin', baseline: BASE, layers: scanned });
  const total = scanned.filter(({ state }) => state === 'scanned').length * options.sparsities.length;
  let done = 0;
  const result: LayerSensitivity[] = [];
  for (const layer of scanned) {
    const points: LayerSensitivity['points'] = [];
    if (layer.state === 'scanned')
      for (const sparsity of options.sparsities) {
        await pause();
        const loss = 0.8 * sparsity ** (1 + Math.log10(layer.size));
        const point = {
          sparsity,
          reached: sparsity,
          ...measurement([measured('accuracy', 0.916 - loss), measured('top5', 0.99)], 0.24 + 3 * loss, 0.99),
        };
        points.push(point);
        report({ part: 'point', layer: layer.name, point, collapsed: false });
        const progress = {
          stage: `scanning ${layer.name}`,
          done: ++done,
          total,
          unit: 'points',
          rate: 12,
          secondsLeft: (total - done) / 12,
        };
        report({ part: 'progress', progress });
      }
    result.push({ ...layer, points });
  }
  return {
    ...{
      weightsHash,
      dataset: { name: 'fashion-mnist', sample: false },
      split: 'validation',
      samples: options.samples,
    },
    ...{ options, baseline: BASE, layers: result, seconds: (performance.now() - start) / 1000, reused: 0 },
  };
}
