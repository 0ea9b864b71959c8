import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { trainableOf } from '../../../src/engine/model/network';
import { tf } from '../../../src/engine/tf';
import { Adam } from '../../../src/engine/train/adam';
import { withClassWeights } from '../../../src/engine/train/class-weights';
import { Steps } from '../../../src/engine/train/step';
import { examplesOf, type Given } from '../dataset/examples-of';

const Numbers = z.array(z.number());
const Fixture = z.object({
  ...{ inputs: z.number(), count: z.number(), rate: z.number() },
  cases: z.array(
    z.object({
      ...{ units: z.number(), activation: z.enum(['softmax', 'sigmoid']), steps: z.number().nullable() },
      ...{ weights: Numbers, x: Numbers, y: Numbers, kernel: Numbers, bias: Numbers, loss: z.number() },
      after: z.object({ kernel: Numbers, bias: Numbers }),
    }),
  ),
});
const { inputs, count, rate, cases } = Fixture.parse(
  JSON.parse(readFileSync('test/fixtures/keras/class-weights.json', 'utf8')),
);

beforeAll(async () => {
  await tf.setBackend('cpu');
});

const { layers: l } = layers;

describe('class weights', () => {
  it.each(cases)('change loss and gradients as in Keras, for $units units with $activation', async (one) => {
    const inner = one.steps === null ? [] : [one.steps];
    const dense = l.dense({ units: one.units, activation: one.activation, inputShape: [...inner, inputs] });
    const model = layers.sequential({ layers: [dense] });
    dense.setWeights([tf.tensor(one.kernel, [inputs, one.units]), tf.tensor(one.bias)]);
    const classes = Float32Array.from(one.y);
    const given: Given = {
      ...{ values: Float32Array.from(one.x), shape: [...inner, inputs] },
      ...(one.steps === null
        ? { labels: Int32Array.from(classes), classes: Math.max(2, one.units) }
        : { numbers: { values: classes, shape: inner }, said: { task: 'step-classification' } }),
    };
    const data = examplesOf(given);
    const network = networkOf(model);
    const tasked = withClassWeights(withTask(network, data), data, one.weights);
    const batch = data.batch(0, count);
    const loss = tf.tidy(() => {
      const fed = tf.tensor2d(tasked.task.fed(tasked.targetsOf(batch)), [count, tasked.task.fedSize]);
      return tasked.task.loss(fed, tasked.scores(batch)).dataSync()[0]!;
    });
    expect(loss).toBeCloseTo(one.loss, 5);
    const weights = trainableOf(network);
    const adam = new Adam(weights, { masks: new Map() });
    let gradients: number[][] = [];
    adam.apply = (found) => (gradients = Object.values(found).map((each) => [...each.dataSync<'float32'>()]));
    await new Steps({ tasked, weights, adam, seeds: [1] }).take(batch, 0.01, 0);
    // A step of gradient descent: after = before - rate * gradient.
    const [kernel, bias] = [...gradients].sort((a, b) => b.length - a.length) as [number[], number[]];
    one.after.kernel.forEach((after, i) => expect(one.kernel[i]! - rate * kernel[i]!).toBeCloseTo(after, 5));
    one.after.bias.forEach((after, i) => expect(one.bias[i]! - rate * bias[i]!).toBeCloseTo(after, 5));
  });

  const softmax = (units: number) =>
    networkOf(layers.sequential({ layers: [l.dense({ units, activation: 'softmax', inputShape: [2] })] }));

  it('that are balanced give each class the same sum', () => {
    const labels = Int32Array.from([0, 0, 0, 0, 0, 0, 1, 1, 2, 2, 2, 2]);
    const data = examplesOf({ values: new Float32Array(24), shape: [2], labels, classes: 4 });
    const network = softmax(4);
    const { task } = withClassWeights(withTask(network, data), data, 'balanced');
    // Even answers cost log 4 each: the weighted mean is log 4 times the share of the classes that are there.
    const loss = tf.tidy(() => {
      const fed = tf.tensor2d(task.fed(Float32Array.from(labels)), [12, 4]);
      return task.loss(fed, tf.zeros([12, 4])).dataSync()[0]!;
    });
    expect(loss).toBeCloseTo((Math.log(4) * 3) / 4, 5);
  });

  it('are refused where there is not one for each class, or where there are no classes', () => {
    const labels = Int32Array.from([0, 1, 2, 0]);
    const data = examplesOf({ values: new Float32Array(8), shape: [2], labels });
    const tasked = withTask(softmax(3), data);
    expect(() => withClassWeights(tasked, data, [1, 2])).toThrow(/has 2 numbers, but the model tells 3 classes apart/);
    const numbers = examplesOf({
      ...{ values: new Float32Array(8), shape: [2] },
      numbers: { values: new Float32Array(12), shape: [3] },
      said: { task: 'regression' },
    });
    const linear = networkOf(layers.sequential({ layers: [l.dense({ units: 3, inputShape: [2] })] }));
    expect(() => withClassWeights(withTask(linear, numbers), numbers, 'balanced')).toThrow(/leave "classWeights" out/);
  });
});
