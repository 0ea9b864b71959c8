import { beforeAll, beforeEach, expect, it, vi } from 'vitest';
import type { ModelContent } from '../../src/engine/checkpoint/types';
import { sumOverInputs } from '../../src/engine/compress/calibration/inputs';
import { withSubject } from '../../src/engine/compress/calibration/subject';
import { keepZeros } from '../../src/engine/compress/reconstruct/keep-zeros';
import { reconstruct } from '../../src/engine/compress/reconstruct/reconstruct';
import { evaluateModel } from '../../src/engine/measure/evaluate';
import { evaluated } from '../../src/engine/measure/evaluated';
import { Sample } from '../../src/engine/measure/sample';
import { scanSensitivity } from '../../src/engine/measure/sensitivity/scan';
import { toNetwork } from '../../src/engine/model/runnable';
import { tf } from '../../src/engine/tf';
import { trainModel, type TrainOptions } from '../../src/engine/train/loop';
import { PLAIN, PlainNetwork, plainContent } from './plain-network';
import { tinyDataset } from './train/tiny';

// The one place that chooses by format. All else is as it is for a LayersModel.
vi.mock('../../src/engine/model/runnable', { spy: true });

beforeAll(() => tf.setBackend('cpu'));
beforeEach(() => {
  vi.mocked(toNetwork).mockImplementation((content) => {
    if (content.format !== PLAIN) throw new Error('only the plain network is loaded here');
    return Promise.resolve(new PlainNetwork(content));
  });
});

const signal = new AbortController().signal;
const content = plainContent(36, 3);

/** Rows of logits by the definition. */
function logitsOf({ tensors }: ModelContent, values: Float32Array, count: number): number[][] {
  const [w, b] = ['w', 'b'].map((name) => [...tensors.get(name)!.data]);
  return Array.from({ length: count }, (_, i) =>
    Array.from(b!, (bias, k) => w!.reduce((sum, one, at) => sum + (at % 3 === k ? one * values[i * 36 + (at - k) / 3]! : 0), bias)),
  ); // prettier-ignore
}

it('is evaluated', async () => {
  const data = await tinyDataset();
  const { accuracy, samples } = await evaluated(content, data, { split: 'test', signal });
  const { values, labels } = data.split('test').batch(0, samples);
  const hits = logitsOf(content, values, samples).filter((row, i) => row.indexOf(Math.max(...row)) === labels[i]);
  expect(samples).toBe(90);
  expect(accuracy).toBeCloseTo(hits.length / samples, 6);
});

it('is trained, with a mask held', async () => {
  const data = await tinyDataset();
  const network = new PlainNetwork(content);
  const mask = Uint8Array.from({ length: 108 }, (_, i) => (i % 5 === 0 ? 0 : 1));
  const kernel = network.variables.get('w')!.variable;
  kernel.assign(tf.mul(kernel, tf.tensor(Float32Array.from(mask), [36, 3])));
  const before = kernel.dataSync().slice();
  const options: Omit<TrainOptions, 'epochs'> = {
    ...{ network, data, batchSize: 220, learningRate: 0.01, schedule: 'constant', seeds: [5], stage: 'training' },
    masks: new Map([['w', mask]]),
    onEpoch: () => Promise.resolve(),
  };
  const { records } = await trainModel({ ...options, epochs: 1 });
  const after = kernel.dataSync();
  // The first step of Adam moves each weight by the learning rate.
  mask.forEach((kept, i) => expect(Math.abs(after[i]! - before[i]!)).toBeCloseTo(kept * 0.01, 5));
  const { best } = await trainModel({ ...options, epochs: 40 });
  expect(best.testAccuracy).toBeGreaterThan(0.9);
  expect(records[0]!.loss).toBeGreaterThan(best.loss);
  expect((await evaluateModel(network, data.split('test'), {})).accuracy).toBe(best.testAccuracy);
  network.dispose();
});

it('is scanned layer by layer', async () => {
  const data = await tinyDataset();
  const sample = new Sample(data.split('validation'), 20);
  const cut = (sparsity: number): ModelContent['tensors'] => {
    const w = content.tensors.get('w')!;
    const kept = w.data.map((value, i) => (i < sparsity * w.data.length ? 0 : value));
    return new Map(content.tensors).set('w', { ...w, data: kept });
  };
  const compressor = {
    layers: [{ name: 'w', type: 'MatMul', state: 'scanned' as const, parameters: ['w'], size: 108 }],
    compress: (_: string, sparsity: number) => ({ tensors: cut(sparsity), reached: sparsity }),
  };
  const options = { by: 'prune' as const, collapse: 1 };
  const amounts = [0.25, 0.75];
  const { baseline, layers } = await scanSensitivity({ model: content, compressor, sample, options, amounts, signal });
  const metrics = async (tensors: ModelContent['tensors']) =>
    evaluated({ ...content, tensors }, data, { split: 'validation', signal });
  expect(baseline.loss).toBeCloseTo((await metrics(content.tensors)).loss, 6);
  for (const { sparsity, loss } of layers[0]!.points) expect(loss).toBeCloseTo((await metrics(cut(sparsity))).loss, 6);
  expect(layers[0]!.points).toHaveLength(2);
});

it('is looked at on training images, and its kept weights are fitted anew', async () => {
  const data = await tinyDataset();
  const options = { samples: 50, seed: 1, stage: 'looking' };
  const sums = await withSubject(content, data, options, (subject) =>
    sumOverInputs(subject, ['w', 'b'], (columns) => tf.sum(tf.square(columns), 0)),
  );
  expect([...sums].map(([name, { length }]) => [name, length])).toEqual([['w', 36]]);
  const w = content.tensors.get('w')!;
  const pruned = new Map(content.tensors).set('w', { ...w, data: w.data.map((one, i) => (i % 2 ? one : 0)) });
  const { layers, tensors } = await reconstruct(content, pruned, data, { ...options, ...keepZeros });
  const [[, errors] = []] = layers;
  if (typeof errors !== 'object') throw new Error(errors ?? 'nothing was fitted');
  expect(errors.after).toBeLessThan(errors.before);
  expect(tensors.get('w')!.data.every((value, i) => (value === 0) === (i % 2 === 0))).toBe(true);
  expect(tensors.get('b')!.data.some((value) => value !== 0)).toBe(true);
});
