import {
  scanAmounts,
  type LayerSensitivity,
  type ScannedLayer,
  type Sensitivity,
  type SensitivityOptions,
  type SensitivityPart,
} from '../../../src/protocol/measure/sensitivity';
import { measurement } from '../../../src/protocol/measure/measurement';
import type { Inspection } from '../../../src/protocol/model';
import type { HandlerContext } from '../../../src/rpc/peer';
import { metricAt, type FakeTask } from './evaluations';

const ACCURACY = 0.916;

/** A scan whose curves fall off the later, the more weights a layer has. */
export async function fakeScan(
  { layers, weightsHash }: Inspection,
  options: SensitivityOptions,
  { report }: HandlerContext<SensitivityPart>,
  pause: () => Promise<void>,
  task: FakeTask,
): Promise<Sensitivity> {
  const start = performance.now();
  const base = measurement([metricAt(task, ACCURACY)], 0.24);
  const scanned = layers.map(({ name, prunable, params, reason }): ScannedLayer => ({
    name,
    parameters: prunable ? [`${name}/kernel`] : [],
    size: params,
    state: prunable ? 'scanned' : 'skipped',
    ...(prunable ? {} : { reason: reason ?? 'it has no weights' }),
  }));
  report({ part: 'begin', baseline: base, layers: scanned });
  const total = scanned.filter(({ state }) => state === 'scanned').length * scanAmounts(options).length;
  let done = 0;
  const result: LayerSensitivity[] = [];
  for (const layer of scanned) {
    const points: LayerSensitivity['points'] = [];
    if (layer.state === 'scanned')
      for (const amount of scanAmounts(options)) {
        await pause();
        const sparsity = options.by === 'quantize' ? 0 : amount;
        const strength = options.by === 'quantize' ? 1 / amount : amount;
        const loss = 0.8 * strength ** (1 + Math.log10(layer.size));
        const point = {
          ...(options.by === 'quantize' ? { bits: amount } : {}),
          sparsity,
          reached: sparsity,
          ...measurement([metricAt(task, ACCURACY - loss)], 0.24 + 3 * loss),
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
    ...{ options, baseline: base, layers: result, seconds: (performance.now() - start) / 1000, reused: 0 },
  };
}
