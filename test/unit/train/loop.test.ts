import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { withDraws } from '../../../src/engine/model/layers-model/draws';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import type { LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import {
  bestOf,
  isOutOfPatience,
  trainModel,
  type TrainOptions,
  type TrainState,
} from '../../../src/engine/train/loop';
import { epochRecord } from '../../../src/protocol/epoch';
import { CancelledError } from '../../../src/protocol/errors';
import { measured, type MetricName } from '../../../src/protocol/metric';
import { tinyDataset, tinyNetwork, weightsOf } from './tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const settings = {
  epochs: 3,
  batchSize: 20,
  learningRate: 0.01,
  schedule: 'constant',
  seeds: [5],
  stage: 'training',
} as const;

async function train({
  model = tinyNetwork(1),
  ...more
}: Partial<TrainOptions> & { model?: LayersModel } = {}): Promise<{
  model: LayersModel;
  states: TrainState[];
  best: boolean[];
}> {
  const states: TrainState[] = [];
  const best: boolean[] = [];
  const onEpoch = (state: TrainState, isBest: boolean): Promise<void> => {
    states.push(state);
    best.push(isBest);
    return Promise.resolve();
  };
  await trainModel({ data: await tinyDataset(), onEpoch, ...settings, ...more, network: networkOf(model) });
  return { model, states, best };
}

describe('training', () => {
  it('learns, and records what it measured', async () => {
    const data = await tinyDataset();
    const { model, states, best } = await train({ data });
    const records = states.at(-1)!.records;
    expect(records.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(records[2]!.loss).toBeLessThan(records[0]!.loss);
    expect(records[2]!.testAccuracy).toBeGreaterThan(0.9);
    expect(best[0]).toBe(true);
    const { accuracy } = await evaluateModel(networkOf(model), data.split('test'), {});
    expect(accuracy).toBe(records[2]!.testAccuracy);
  });

  it('repeats bit for bit by seed, and differs by seed', async () => {
    const [one, same, other] = [await train(), await train(), await train({ seeds: [6] })];
    expect(weightsOf(same.model)).toEqual(weightsOf(one.model));
    expect(weightsOf(other.model)).not.toEqual(weightsOf(one.model));
  });

  it('repeats what dropout and noise draw, and draws anew at each step', async () => {
    const [one, same] = [tinyNetwork(1, { noise: true }), tinyNetwork(1, { noise: true })];
    const { states } = await train({ model: one });
    await train({ model: same });
    expect(weightsOf(same)).toEqual(weightsOf(one));
    const other = tinyNetwork(1, { noise: true });
    await train({ model: other, seeds: [6] });
    expect(weightsOf(other)).not.toEqual(weightsOf(one));
    expect(states.at(-1)!.records[2]!.testAccuracy).toBeGreaterThan(0.9);
    const draws = [1, 1, 2].map((step) => withDraws([step], () => tf.dropout(tf.ones([64]), 0.5).dataSync()));
    expect(draws[1]).toEqual(draws[0]);
    expect(draws[2]).not.toEqual(draws[0]);
  });

  it.each([
    { schedule: 'constant', noise: false },
    { schedule: 'cosine', noise: false },
    { schedule: 'constant', noise: true },
  ] as const)('resumed after an epoch ends in the same bits: $schedule, noise $noise', async ({ schedule, noise }) => {
    const whole = await train({ schedule, model: tinyNetwork(1, { noise }) });
    const abort = new AbortController();
    const model = tinyNetwork(1, { noise });
    let reached: TrainState | undefined;
    const first = train({
      model,
      schedule,
      signal: abort.signal,
      onEpoch: (state) => {
        reached = state;
        abort.abort();
        return Promise.resolve();
      },
    });
    await expect(first).rejects.toThrow(CancelledError);
    const resumed = await train({ model, schedule, resume: reached });
    expect(weightsOf(resumed.model)).toEqual(weightsOf(whole.model));
    expect(resumed.states).toHaveLength(2);
    expect(resumed.states.at(-1)!.adam).toEqual(whole.states.at(-1)!.adam);
  });

  it('never moves a weight under the mask', async () => {
    const model = tinyNetwork(1);
    const kernel = model.trainableWeights.find(({ originalName }) => originalName === 'out/kernel')!;
    const mask = Uint8Array.from({ length: 192 }, (_, i) => (i % 3 === 0 ? 0 : 1));
    kernel.write(tf.mul(kernel.read(), tf.tensor(Float32Array.from(mask), [64, 3])));
    await train({ model, masks: new Map([['out/kernel', mask]]) });
    const values = kernel.read().dataSync();
    expect(values.filter((value) => value === 0)).toHaveLength(64);
    mask.forEach((kept, i) => expect(values[i] === 0).toBe(kept === 0));
  });

  it('learns through a softmax too', async () => {
    const { states } = await train({ model: tinyNetwork(1, { softmax: true }) });
    expect(states.at(-1)!.records[2]!.testAccuracy).toBeGreaterThan(0.9);
  });

  it('tells progress with the loss so far', async () => {
    const told: { epoch: number; loss: number }[] = [];
    await train({
      epochs: 1,
      onProgress: (_, training) => {
        if (training) told.push(training);
      },
    });
    expect(told.at(-1)!.epoch).toBe(1);
    expect(told.at(-1)!.loss).toBeGreaterThan(0);
  });

  it('stops within a step when it is cancelled', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 20);
    await expect(train({ signal: abort.signal, epochs: 10_000 })).rejects.toThrow(CancelledError);
  });

  it('says that it diverged instead of going on with NaN', async () => {
    const model = tinyNetwork(1);
    const bias = model.trainableWeights.find(({ originalName }) => originalName === 'out/bias')!;
    bias.write(tf.tensor1d([NaN, 0, 0]));
    await expect(train({ model })).rejects.toThrow(/diverged in epoch 1, step 1: .* smaller than 0\.01\.$/);
  });

  it('refuses a batch larger than the data, and a network for other images', async () => {
    await expect(train({ batchSize: 221 })).rejects.toThrow(/221 images is more than the 220/);
    await expect(train({ model: tinyNetwork(1, { units: 2 }) })).rejects.toThrow(
      /tells 2 classes apart but the dataset has 3/,
    );
  });

  it('leaves no tensors behind', async () => {
    const data = await tinyDataset();
    const model = tinyNetwork(1);
    await train({ data, model, epochs: 1 });
    const before = tf.memory().numTensors;
    await train({ data, model, epochs: 2 });
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('the best epoch', () => {
  const recordsOf =
    (name: MetricName) =>
    (...values: number[]) =>
      values.map((value, i) =>
        epochRecord({
          ...{ epoch: i + 1, loss: 1, seconds: 1 },
          training: [measured(name, 0)],
          validation: [measured(name, value)],
          test: [measured(name, 1 - value)],
        }),
      );
  const records = recordsOf('accuracy');
  const errors = recordsOf('rmse');

  it('is the last with the highest validation accuracy', () => {
    expect(bestOf(records(0.5, 0.75, 0.75, 0.1))?.epoch).toBe(3);
    expect(bestOf([])).toBeUndefined();
  });

  it('is the last with the lowest validation error', () => {
    expect(bestOf(errors(0.5, 0.25, 0.25, 0.9))?.epoch).toBe(3);
    expect(isOutOfPatience(errors(0.5, 0.25, 0.25), 2)).toBe(false);
    expect(isOutOfPatience(errors(0.5, 0.25, 0.25, 0.25), 2)).toBe(true);
    expect(isOutOfPatience(errors(0.5, 0.25, 0.9, 0.2), 2)).toBe(false);
  });

  it('is waited for no longer because it is reached once more', () => {
    expect(isOutOfPatience(records(0.5, 0.75, 0.75), 2)).toBe(false);
    expect(isOutOfPatience(records(0.5, 0.75, 0.75, 0.75), 2)).toBe(true);
    expect(isOutOfPatience(records(0.5, 0.75, 0.1, 0.8), 2)).toBe(false);
    expect(isOutOfPatience(records(0.5, 0.75, 0.1, 0.2))).toBe(false);
    expect(isOutOfPatience([], 1)).toBe(false);
  });
});
