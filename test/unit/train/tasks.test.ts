import path from 'node:path';
import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { withTask } from '../../../src/engine/measure/tasked-network';
import { fitData } from '../../../src/engine/measure/normalization/fit';
import { networkOf } from '../../../src/engine/model/layers-model/network';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { toNetwork } from '../../../src/engine/model/runnable';
import { randomNetwork } from '../../../src/engine/recipe/random-network';
import { trainModel } from '../../../src/engine/train/loop';
import type { DataReference } from '../../../src/protocol/dataset';
import type { MetricValues } from '../../../src/protocol/metric';
import { TrainStep } from '../../../src/protocol/steps/train';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { npzFile } from '../dataset/write-npy';
import { temporaryFolder } from '../temporary';

const data = path.join(import.meta.dirname, '../../fixtures/data');
const places = { sampleFolder: '/nowhere', cacheFolder: '/nowhere' };

beforeAll(async () => {
  await installBackend({ threads: 1 });
});
afterAll(disposeBackend);

/** The digits of scikit-learn have values up to 16. */
const DARKEST = 16 / 255;

/** Trains an MLP from random weights, and returns its task and its best metrics on the examples held out. */
async function trained(reference: DataReference, options: { units: number[]; epochs: number; rate: number }) {
  const { units, epochs, rate } = options;
  const opened = await openDataset(reference, data, places, { download: false });
  const step = TrainStep.parse({ step: 'train', architecture: 'mlp', units, epochs });
  const content = await randomNetwork(step, { seed: 1, data: opened, architectures: new Map() });
  const sized = await opened.at(undefined);
  const ready = sized.under({ mean: 0, std: DARKEST, from: sized.kind === 'pixels' ? 'given' : 'values' });
  const network = await toNetwork(content);
  try {
    const [info] = withTask(network, ready.split('train')).task.infos;
    const { best } = await trainModel({
      ...{ network, data: ready, epochs, batchSize: 32, learningRate: rate, schedule: 'cosine' as const },
      ...{ seeds: [1], stage: 'training', onEpoch: () => Promise.resolve() },
    });
    const validation: MetricValues = best.validation;
    return { info, validation };
  } finally {
    network.dispose();
  }
}

/** Means over two divisions of the examples. */
async function meanOver(file: string, options: Parameters<typeof trained>[1]) {
  const all = [];
  for (const splitSeed of [0, 1]) all.push(await trained({ source: file, splitSeed }, options));
  const { info, validation } = all[0]!;
  return { info, name: validation[0].name, value: all.reduce((sum, one) => sum + one.validation[0].value, 0) / 2 };
}

describe('an MLP comes to what that of scikit-learn comes to in five folds', () => {
  it('diabetes: RMSE 54.6 with a deviation of 2.3', async () => {
    const { info, name, value } = await meanOver('diabetes-all.csv', { units: [32, 16], epochs: 40, rate: 0.02 });
    expect(info.said).toBe('Task: regression, because the targets are numbers; loss mean_squared_error.');
    expect(name).toBe('rmse');
    expect(value).toBeLessThan(54.6 + 2.3);
  });

  it.each([
    ['iris.csv', 0.96],
    ['wine.tsv', 0.972],
    ['digits-all.npz', 0.972],
  ] as const)('%s: accuracy %d', async (file, accuracy) => {
    const { info, name, value } = await meanOver(file, { units: [32], epochs: 30, rate: 0.01 });
    expect(info.name).toBe('classification');
    expect(name).toBe('accuracy');
    expect(value).toBeGreaterThan(accuracy - 0.0101);
  });
});

describe('from image to image', () => {
  const [COUNT, SIDE] = [60, 6];
  /** Pictures, and their negatives as targets. */
  async function negatives() {
    const pixels = Int32Array.from({ length: COUNT * SIDE * SIDE }, (_, i) => (i * i * 31 + i) % 256);
    const shape = [COUNT, SIDE, SIDE, 1];
    const file = path.join(await temporaryFolder(), 'negatives.npz');
    await writeFile(file, npzFile({ x: { values: pixels, shape }, y: { values: pixels.map((x) => 255 - x), shape } }));
    return openDataset(file, '/', places, { download: false });
  }
  const { layers: l } = layers;
  const convolution = () =>
    layers.sequential({
      layers: [
        l.conv2d({
          ...{ filters: 1, kernelSize: 1, inputShape: [SIDE, SIDE, 1] },
          kernelInitializer: layers.initializers.glorotUniform({ seed: 1 }),
        }),
      ],
    });

  it('a network learns by the squared error, and its normalization is found by that', async () => {
    const opened = await negatives();
    const ready = (await opened.at(undefined)).under({ mean: 0, std: 1, from: 'given' });
    const network = networkOf(convolution());
    const epochs = 40;
    const { best } = await trainModel({
      ...{ network, data: ready, epochs, batchSize: 16, learningRate: 0.1, schedule: 'cosine' as const },
      ...{ seeds: [1], stage: 'training', onEpoch: () => Promise.resolve() },
    });
    expect(best.validation.map(({ name }) => name)).toEqual(['rmse', 'psnr', 'mae', 'loss']);
    expect(best.validation[0].value).toBeLessThan(0.02);
    const fitted = await fitData(fromLayersModel(network.model), opened, { lend: (work) => work(network) });
    expect(fitted.normalization).toMatchObject({ mean: 0, std: 1, from: 'found' });
    expect(fitted.normalization.trial?.tried.map(({ metric }) => metric?.name)).toContain('psnr');
  });

  it('augmentation would move the pixels without their targets, and is refused', async () => {
    const ready = (await (await negatives()).at(undefined)).under({ mean: 0, std: 1, from: 'given' });
    const training = trainModel({
      ...{ network: networkOf(convolution()), data: ready, epochs: 1, batchSize: 16, learningRate: 0.1 },
      ...{ schedule: 'constant', seeds: [1], stage: 'training', augment: { flip: 'horizontal' } },
      onEpoch: () => Promise.resolve(),
    });
    await expect(training).rejects.toThrow(/moves the pixels of images, but neither targets that belong to them/);
  });
});
