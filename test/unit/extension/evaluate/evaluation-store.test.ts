import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { EvaluationStore, type EvaluationKey } from '../../../../src/extension/evaluate/evaluation-store';
import type { DatasetInfo } from '../../../../src/protocol/dataset';
import type { Evaluation } from '../../../../src/protocol/measure';
import { measured } from '../../../../src/protocol/metric';
import { temporaryFolder } from '../../temporary';

const dataset: DatasetInfo = {
  name: 'Fashion-MNIST',
  folder: '/data',
  sample: false,
  classNames: ['a', 'b'],
  shape: [28, 28, 1],
  format: 'idx',
  task: 'classification',
  heldOut: true,
  examples: { train: 5, validation: 1, test: 2 },
};
const key = (weightsHash: string, change: Partial<EvaluationKey> = {}): EvaluationKey => ({
  weightsHash,
  data: 'fashion-mnist',
  dataset,
  split: 'test',
  ...change,
});
const evaluation = (accuracy: number): Evaluation => ({
  split: 'test',
  samples: 2,
  metrics: [measured('accuracy', accuracy), measured('loss', 0.5)],
  loss: 0.5,
  accuracy,
  perClass: [{ name: 'a', samples: 2, accuracy }],
  confusion: [[2]],
  samplesPerSecond: 100,
  dataset: { name: 'Fashion-MNIST', sample: false },
});

test('a stored evaluation survives a restart', async () => {
  const folder = path.join(await temporaryFolder(), 'made', 'when needed');
  expect(await new EvaluationStore(folder).get(key('h'))).toBeNull();
  await new EvaluationStore(folder).set(key('h'), evaluation(0.9));
  expect(await new EvaluationStore(folder).get(key('h'))).toEqual(evaluation(0.9));
});

test('a stored evaluation of an earlier version has the metrics that it holds', async () => {
  const folder = await temporaryFolder();
  const { metrics: _, ...earlier } = evaluation(0.9);
  await new EvaluationStore(folder).set(key('h'), evaluation(0.1));
  const [file] = await readdir(folder);
  await writeFile(path.join(folder, file!), JSON.stringify(earlier));
  expect(await new EvaluationStore(folder).get(key('h'))).toEqual(evaluation(0.9));
});

test('other weights, data, images or another split have another evaluation', async () => {
  const store = new EvaluationStore(await temporaryFolder());
  await store.set(key('h'), evaluation(0.9));
  const others = [
    key('g'),
    key('h', { data: '/other' }),
    key('h', { split: 'validation' }),
    key('h', { dataset: { ...dataset, folder: '/elsewhere' } }),
    key('h', { dataset: { ...dataset, examples: { ...dataset.examples, test: 3 } } }),
  ];
  for (const other of others) expect(await store.get(other)).toBeNull();
});

test('the least recently used evaluation is deleted first', async () => {
  const folder = await temporaryFolder();
  const store = new EvaluationStore(folder, 2);
  const tick = () => new Promise((resolve) => setTimeout(resolve, 20));
  for (const hash of ['a', 'b']) {
    await store.set(key(hash), evaluation(0.5));
    await tick();
  }
  await store.get(key('a'));
  await tick();
  await store.set(key('c'), evaluation(0.5));
  expect(await readdir(folder)).toHaveLength(2);
  expect(await store.get(key('b'))).toBeNull();
  expect(await store.get(key('a'))).not.toBeNull();
});

test('a damaged file counts as missing', async () => {
  const folder = await temporaryFolder();
  const store = new EvaluationStore(folder);
  await store.set(key('h'), evaluation(0.9));
  const [file] = await readdir(folder);
  for (const damage of ['{', '{"split":"test"}']) {
    await writeFile(path.join(folder, file!), damage);
    expect(await store.get(key('h'))).toBeNull();
  }
});
