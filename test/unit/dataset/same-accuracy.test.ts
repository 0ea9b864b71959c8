import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import UPNG from 'upng-js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { FASHION_MNIST_CLASSES } from '../../../src/engine/dataset/fashion-mnist';
import { evaluated } from '../../../src/engine/measure/evaluated';
import { fitData } from '../../../src/engine/measure/normalization/fit';
import { toNetwork } from '../../../src/engine/model/runnable';
import type { DataReference } from '../../../src/protocol/dataset';
import type { Evaluation } from '../../../src/protocol/measure';
import { temporaryFolder } from '../temporary';

/** So many of the first test images of the sample that ships are written out in each other way. */
const COUNT = 200;
const sampleFolder = path.resolve('media/samples/fashion-mnist-sample');
const { signal } = new AbortController();

beforeAll(async () => {
  await installBackend({ threads: 2 });
});
afterAll(() => {
  disposeBackend();
});

async function confusion(data: DataReference): Promise<Pick<Evaluation, 'confusion' | 'split' | 'samples' | 'loss'>> {
  const model = await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json'));
  const opened = await openDataset(data, '/', { sampleFolder, cacheFolder: sampleFolder }, { download: false });
  const running = await toNetwork(model);
  const fitted = await fitData(model, opened, { lend: (work) => work(running), signal });
  running.dispose();
  const { confusion: matrix, split, samples, loss } = await evaluated(model, fitted, { samples: COUNT, signal });
  return { confusion: matrix, split, samples, loss };
}

/** What the model answers to the same images as IDX files. */
async function expectSame(data: DataReference): Promise<void> {
  const [asIdx, other] = [await confusion('fashion-mnist-sample'), await confusion(data)];
  expect(other.loss).toBeCloseTo(asIdx.loss, 5);
  expect({ ...other, loss: 0 }).toEqual({ ...asIdx, loss: 0 });
}

async function pictureFolder(names: readonly string[]): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'fashion');
  const opened = await openDataset(sampleFolder, '/', { sampleFolder, cacheFolder: sampleFolder }, { download: false });
  const images = (await opened.at(undefined)).under({ mean: 0, std: 1 / 255, from: 'given' }).split('test');
  for (const name of names) await mkdir(path.join(folder, 'test', name), { recursive: true });
  for (let i = 0; i < COUNT; i++) {
    const { values, labels } = images.batch(i, 1);
    const rgba = Uint8Array.from({ length: 4 * values.length }, (_, at) =>
      at % 4 === 3 ? 255 : Math.round(values[at >> 2]!),
    );
    const png = new Uint8Array(UPNG.encode([rgba.buffer], 28, 28, 0));
    await writeFile(path.join(folder, 'test', names[labels[0]!]!, `${i}.png`), png);
  }
  return folder;
}

it('Fashion-MNIST as folders of pictures has the same accuracy to the last image', async () => {
  const plain = FASHION_MNIST_CLASSES.map((name) => name.replace('/', '-'));
  const folder = await pictureFolder(plain);
  // In the order of the names of the folders the first class would be the boots.
  await expect(confusion(folder)).rejects.toThrow(
    /trained to tell T-shirt\/top, Trouser.* apart, but the classes of fashion are Ankle boot, Bag/,
  );
  await expectSame({ source: folder, classNames: plain });
  await writeFile(path.join(folder, 'labels.txt'), plain.map((name, i) => `${i} ${name}\n`).join(''));
  await expectSame(folder);
});

it('and as arrays of NumPy', async () => {
  await expectSame(path.resolve('test/fixtures/data/fashion-test.npz'));
});

it('and as a table of pixels', async () => {
  await expectSame(path.resolve('test/fixtures/data/fashion-test.csv.gz'));
});

it('and as Parquet files of pictures', async () => {
  await expectSame(path.resolve('test/fixtures/data/fashion-parquet'));
});
