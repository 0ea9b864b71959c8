import { decode } from 'fast-png';
import { beforeAll, describe, expect, it } from 'vitest';
import { someAnswers } from '../../../src/engine/measure/answers';
import { evaluateModel } from '../../../src/engine/measure/evaluate';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers, type LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import { tf } from '../../../src/engine/tf';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { examplesOf } from '../dataset/examples-of';
import { tinyDataset, tinyNetwork } from '../train/tiny';

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { signal } = new AbortController();

const dense = (inputs: number, units: number): LayersModel =>
  layers.sequential({
    layers: [
      layers.layers.dense({
        ...{ inputShape: [inputs], units },
        kernelInitializer: layers.initializers.glorotUniform({ seed: 3 }),
        biasInitializer: 'ones',
      }),
    ],
  });

const png = (url: string) => decode(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'));

describe('examples of a cell of the confusion matrix', () => {
  it('are those of the class that the model takes for the other, as they are stored', async () => {
    const examples = (await tinyDataset()).split('test');
    const network = networkOf(tinyNetwork(1));
    const { confusion } = await evaluateModel(network, examples, { batchSize: 40 });
    let seen = 0;
    for (const [actual, row] of confusion.entries())
      for (const [predicted, count] of row.entries()) {
        const found = await someAnswers(network, examples, { cell: { actual, predicted }, signal });
        if (found.kind !== 'classes') throw new Error('the answers are no classes');
        expect(found.examples).toHaveLength(Math.min(12, count));
        seen += found.examples.length;
        for (const { place, picture, probability } of found.examples) {
          const { labels, values } = examples.batch(place, 1);
          expect(labels[0]).toBe(actual);
          expect(probability).toBeGreaterThanOrEqual(1 / 3);
          // The normalization of the dataset is undone: x = (pixel / 255 - 0.5) / 0.5.
          expect([...png(picture!).data]).toEqual([...values].map((x) => Math.round(255 * (0.5 * x + 0.5))));
        }
      }
    expect(seen).toBeGreaterThan(12);
    network.dispose();
  });

  it('are asked for by a cell, and not searched any more after a cancel', async () => {
    const examples = (await tinyDataset()).split('test');
    const network = networkOf(tinyNetwork(1));
    await expect(someAnswers(network, examples, { cell: null, signal })).rejects.toThrow(UserError);
    const cell = { actual: 0, predicted: 0 };
    await expect(someAnswers(network, examples, { cell, signal: AbortSignal.abort() })).rejects.toThrow(CancelledError);
    network.dispose();
  });
});

describe('answers of other tasks', () => {
  it('are true and predicted numbers, spread over all examples', async () => {
    const count = 2500;
    const values = Float32Array.from({ length: count * 3 }, (_, i) => Math.sin(i));
    const targets = Float32Array.from({ length: count * 2 }, (_, i) => Math.cos(i) + 0.5);
    const model = dense(3, 2);
    const network = networkOf(model);
    const examples = examplesOf({
      ...{ values, shape: [3] },
      numbers: { values: targets, shape: [2] },
      said: { task: 'regression' },
    });
    const found = await someAnswers(network, examples, { cell: null, signal });
    if (found.kind !== 'numbers') throw new Error('the answers are no numbers');
    expect([found.width, ...found.numbers.map(({ length }) => length)]).toEqual([2, 1000, 1000]);
    const expected = (model.predict(tf.tensor(values, [count, 3])) as tf.Tensor).dataSync();
    for (const [i, member] of [
      [0, 0],
      [10, 25],
      [999, 2497],
    ] as const)
      for (const c of [0, 1]) {
        expect(found.numbers[c]![i]![0]).toBe(targets[member * 2 + c]);
        expect(found.numbers[c]![i]![1]).toBeCloseTo(expected[member * 2 + c]!, 5);
      }
    network.dispose();
  });

  it('are pictures, where the model makes some, in the range of the targets', async () => {
    const side = 4;
    const size = side * side;
    const values = Float32Array.from({ length: 3 * size }, (_, i) => (i % size) / (size - 1));
    const network = networkOf(
      layers.sequential({ layers: [layers.layers.activation({ activation: 'linear', inputShape: [side, side, 1] })] }),
    );
    const examples = examplesOf({ values, shape: [side, side, 1], said: { task: 'reconstruction' } });
    const found = await someAnswers(network, examples, { cell: null, signal });
    if (found.kind !== 'pictures') throw new Error('the answers are no pictures');
    expect(found.rows).toHaveLength(3);
    for (const { target, answer } of found.rows) {
      expect(answer).toBe(target);
      expect([...png(target).data]).toEqual(Array.from({ length: size }, (_, i) => Math.round((255 * i) / (size - 1))));
    }
    network.dispose();
  });
});
