import { beforeAll, describe, expect, it, vi } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { inputShape } from '../../../src/engine/measure/input-shape';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { Sample } from '../../../src/engine/measure/sample';
import { batchWithin } from '../../../src/engine/model/batch-size';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { Confusion } from '../../../src/engine/measure/tasks/confusion';
import { CancelledError } from '../../../src/protocol/errors';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

describe('evaluating', () => {
  it('agrees with tfjs-layers and adds up, whatever the batch size', async () => {
    const data = await tinyDataset();
    const images = data.split('test');
    const model = tinyNetwork(3);
    model.compile({
      optimizer: 'sgd',
      loss: (y, p) => tf.losses.softmaxCrossEntropy(y, p),
      metrics: ['categoricalAccuracy'],
    });
    const { values, labels } = images.batch(0, 90);
    const expected = model.evaluate(tf.tensor(values, [90, 6, 6, 1]), tf.cast(tf.oneHot([...labels], 3), 'float32'), {
      batchSize: 90,
    }) as [tf.Scalar, tf.Scalar];
    for (const batchSize of [90, 32, 500]) {
      const result = await evaluateModel(networkOf(model), images, { batchSize });
      expect(result.loss).toBeCloseTo(expected[0].dataSync()[0]!, 5);
      expect(result.accuracy).toBeCloseTo(expected[1].dataSync()[0]!, 6);
      expect(result).toMatchObject({ split: 'test', samples: 90 });
      expect(result.metrics.map(({ name }) => name)).toEqual(['accuracy', 'macro-f1', 'loss']);
      expect(result.metrics[0]).toEqual({ name: 'accuracy', value: result.accuracy, better: 'higher' });
      expect(result.confusion.flat().reduce((a, b) => a + b, 0)).toBe(90);
      expect(result.perClass.map(({ name, samples }) => [name, samples])).toEqual([
        ['0', 30],
        ['1', 30],
        ['2', 30],
      ]);
      result.perClass.forEach(({ accuracy }, c) => expect(accuracy).toBe(result.confusion[c]![c]! / 30));
    }
  });

  it('takes fewer images at once where outputs are wide, and comes to the same', async () => {
    const data = await tinyDataset();
    const images = data.split('test').first(20);
    // Says that it answers so much, which would take long.
    const claiming = layers.layers.activation({ activation: 'linear', inputShape: [6, 6, 1] });
    claiming.computeOutputShape = () => [null, 1800, 1800, 1];
    const wide = layers.sequential({
      layers: [
        claiming,
        layers.layers.globalAveragePooling2d({}),
        layers.layers.dense({ units: 3, kernelInitializer: layers.initializers.glorotUniform({ seed: 1 }) }),
      ],
    });
    expect(batchWithin(networkOf(wide), 20)).toBe(13);
    const batch = vi.spyOn(images, 'batch');
    const { loss, accuracy } = await evaluateModel(networkOf(wide), images, {});
    expect(batch.mock.calls).toEqual([[0, 13], [13, 13]]); // prettier-ignore
    const { signal } = new AbortController();
    const scores = await new Sample(images, 20).measuring(networkOf(wide), (score) => score(signal));
    expect(scores.accuracy).toBe(accuracy);
    expect(scores.loss).toBeCloseTo(loss, 5);
  });

  it('measures only the first so many images', async () => {
    const data = await tinyDataset();
    const result = await evaluateModel(networkOf(tinyNetwork(1)), data.split('validation').first(7), {});
    expect(result).toMatchObject({ split: 'validation', samples: 7 });
  });

  it('stops between batches when it is cancelled', async () => {
    const data = await tinyDataset();
    const abort = new AbortController();
    const options = { batchSize: 1, signal: abort.signal };
    const evaluation = evaluateModel(networkOf(tinyNetwork(1)), data.split('test'), options);
    setImmediate(() => abort.abort());
    await expect(evaluation).rejects.toThrow(CancelledError);
  });

  it('says what does not fit', async () => {
    const images = (await tinyDataset()).split('test');
    const dense = (units: number, inputShape: number[]) =>
      layers.sequential({ layers: [layers.layers.flatten({ inputShape }), layers.layers.dense({ units })] });
    await expect(evaluateModel(networkOf(dense(2, [6, 6, 1])), images, {})).rejects.toThrow(
      /tells 2 classes apart but the dataset has 3/,
    );
    await expect(evaluateModel(networkOf(dense(3, [7, 6, 1])), images, {})).rejects.toThrow(
      /images of the dataset are 6x6x1 but the model takes input of shape \[\?, 7, 6, 1\]/,
    );
    await expect(evaluateModel(networkOf(dense(1, [6, 6, 1])), images, {})).rejects.toThrow(/answers with one number/);
    const a = layers.input({ shape: [6, 6, 1] });
    const b = layers.input({ shape: [6, 6, 1] });
    const sum = layers.layers.flatten().apply(layers.layers.add().apply([a, b])) as never;
    const two = networkOf(layers.model({ inputs: [a, b], outputs: sum }));
    await expect(evaluateModel(two, images, {})).rejects.toThrow(
      /has an input "input\d+", but the data has no array of that name/,
    );
    const broken = dense(3, [6, 6, 1]);
    broken.setWeights(broken.getWeights().map((weight) => tf.fill(weight.shape, NaN)));
    await expect(evaluateModel(networkOf(broken), images, {})).rejects.toThrow(
      /outputs of the model are NaN or infinite/,
    );
  });

  it('takes flattened input', async () => {
    const data = await tinyDataset();
    const model = layers.sequential({ layers: [layers.layers.dense({ units: 3, inputShape: [36] })] });
    expect((await evaluateModel(networkOf(model), data.split('test'), {})).samples).toBe(90);
  });
});

it.each([
  [[3], 'Each row of the dataset has 3 numbers but the model takes input of shape [?, 28, 28, 1]'],
  [[1], 'Each row of the dataset has 1 number but the model takes input of shape [?, 28, 28, 1]'],
  [[7, 7, 3], 'The images of the dataset are 7x7x3 but the model takes input of shape [?, 28, 28, 1]'],
])('says that examples of shape %j do not fit', (example, sentence) => {
  expect(() => inputShape([null, 28, 28, 1], example)).toThrow(sentence);
});

describe('scores', () => {
  it('survive large logits', () => {
    const scores = new Confusion(2);
    scores.add(Float32Array.of(1000, 0, 0, 1000), Int32Array.of(0, 0), 2);
    expect(scores.loss).toBe(500);
    expect(scores.accuracy).toBe(0.5);
    expect(scores.counts).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });
});
