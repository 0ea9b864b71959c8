import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { figuresOf } from '../../../src/engine/measure/inspect';
import {
  figuresOf as latencyOf,
  measureLatency,
  timedModel,
  type Candidate,
} from '../../../src/engine/measure/latency';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { CancelledError } from '../../../src/protocol/errors';
import { inChinese } from '../l10n/chinese';

beforeAll(() => tf.setBackend('cpu'));

const options = { batches: [1, 3], runs: 4, warmUp: 2 };
const listener = { signal: new AbortController().signal };

function candidate(name: string, units: number, size: number | null = 6): Candidate {
  const network = layers.sequential({
    layers: [
      layers.layers.dense({ name: 'hidden', units, inputShape: [size] as number[] }),
      layers.layers.dense({ name: 'out', units: 2 }),
    ],
  });
  const model = fromLayersModel(network);
  network.dispose();
  return { model, figures: timedModel(name, `/${name}`, { ...figuresOf(model).totals, bytes: 0, gzipBytes: 0 }) };
}

describe('latency', () => {
  it('is told as median, quartiles and minimum', () => {
    expect(latencyOf([4, 1, 3, 2])).toEqual({ median: 2.5, lowerQuartile: 1.75, upperQuartile: 3.25, min: 1, runs: 4 });
  });

  it('of one model is measured at each batch size', async () => {
    const { batches, other, note } = await measureLatency([candidate('a', 8)], options, listener);
    expect(other).toBeNull();
    expect(batches.map(({ batch, model, ratio }) => [batch, model.runs, ratio])).toEqual([
      [1, 4, null],
      [3, 4, null],
    ]);
    expect(note).toContain('zeros are multiplied like any number');
  });

  it('of two with the same shapes says that zeros give no speed', async () => {
    const { batches, note } = await measureLatency([candidate('a', 8), candidate('b', 8)], options, listener);
    expect(note).toBe('Both have the same shapes, so the same speed: zeros are multiplied like any number.');
    for (const { model, other, ratio } of batches) expect(ratio).toBeCloseTo(other!.median / model.median, 9);
  });

  it('of two with other widths tells the multiply-accumulates beside the times', async () => {
    const { note } = await measureLatency([candidate('a', 8), candidate('b', 4)], options, listener);
    expect(note).toMatch(
      /^The second model has 50\.0% of the multiply-accumulates and takes [\d.]+% of the time at batch 1, /,
    );
    expect(inChinese(note)).toMatch(
      /^第二个模型的乘加次数为 50\.0%，批次为 1 时用时为 [\d.]+%，批次为 3 时用时为 [\d.]+%。$/,
    );
  });

  it('refuses a model that leaves the size of its input open', async () => {
    const open = layers.sequential({
      layers: [
        layers.layers.conv2d({ filters: 2, kernelSize: 1, inputShape: [null, 4, 1] as number[] }),
        layers.layers.globalAveragePooling2d({}),
      ],
    });
    const { figures } = candidate('open', 2);
    const measured = measureLatency([{ model: fromLayersModel(open), figures }], options, listener);
    await expect(measured).rejects.toThrow('The model "open" leaves the size of its input open (?x4x1)');
  });

  it('can be cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(measureLatency([candidate('a', 8)], options, { signal })).rejects.toThrow(CancelledError);
  });
});
