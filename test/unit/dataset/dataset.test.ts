import { cp, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { Dataset } from '../../../src/engine/dataset/open-data';
import { FASHION_MNIST_CLASSES } from '../../../src/engine/dataset/fashion-mnist';
import { Random } from '../../../src/engine/dataset/random';
import type { DatasetDescriptor } from '../../../src/protocol/dataset';
import { temporaryFolder } from '../temporary';
import { idx, writeTinyDataset, type TinyData } from './idx-files';

const tiny: TinyData = { train: 240, test: 30, size: 6, classes: 3 };
const sampleFolder = path.resolve('media/samples/fashion-mnist-sample');

async function open(folder: string, more: Partial<DatasetDescriptor> = {}): Promise<Dataset> {
  const descriptor: DatasetDescriptor = {
    source: folder,
    ...more,
  };
  const data = await openDataset(descriptor, '/', { sampleFolder, cacheFolder: folder }, { download: false });
  return (await data.at(undefined)).under({ mean: 0.5, std: 0.5, ...data.given, from: 'given' });
}

async function tinyFolder(data = tiny): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'my-shapes');
  await writeTinyDataset(folder, data);
  return folder;
}

describe('a dataset in a folder', () => {
  it.each([true, false])('is read whole, gzipped: %s', async (gzip) => {
    const data = await open(await tinyFolder({ ...tiny, gzip }));
    expect(data.info).toMatchObject({
      name: 'my-shapes',
      sample: false,
      classNames: ['0', '1', '2'],
      shape: [6, 6, 1],
      examples: { train: 220, validation: 20, test: 30 },
    });
  });

  it('gives batches whose pixels are normalised, with their labels', async () => {
    const folder = await tinyFolder();
    await writeFile(
      path.join(folder, 't10k-images-idx3-ubyte'),
      idx(2051, [2, 1, 3], Uint8Array.of(0, 255, 51, 102, 153, 204)),
    );
    await writeFile(path.join(folder, 't10k-labels-idx1-ubyte'), idx(2049, [2], Uint8Array.of(2, 1)));
    await writeFile(path.join(folder, 'train-images-idx3-ubyte'), idx(2051, [3, 1, 3], new Uint8Array(9)));
    await writeFile(path.join(folder, 'train-labels-idx1-ubyte'), idx(2049, [3], Uint8Array.of(0, 1, 2)));
    const batch = (await open(folder)).split('test').batch(0, 2);
    expect(batch.count).toBe(2);
    expect([...batch.labels]).toEqual([2, 1]);
    [-1, 1, -0.6, -0.2, 0.2, 0.6].forEach((value, i) => expect(batch.values[i]).toBeCloseTo(value, 6));
    const other = (await open(folder, { normalization: { mean: 0.2, std: 0.1 } })).split('test').batch(1, 5);
    expect(other.count).toBe(1);
    expect(other.values[0]).toBeCloseTo(2, 5);
  });

  it('shuffles images with their labels, by seed', async () => {
    const images = (await open(await tinyFolder())).split('train');
    const order = (seed: number): number[] => [...images.shuffled(new Random(seed)).batch(0, 220).labels];
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
    const { values, labels } = images.shuffled(new Random(3)).batch(0, 220);
    labels.forEach((label, i) => {
      const rows = [0, 1, 2].map((row) =>
        values.subarray(i * 36 + row * 6, i * 36 + row * 6 + 6).reduce((a, b) => a + b, 0),
      );
      expect(rows.indexOf(Math.max(...rows))).toBe(label);
    });
  });

  it('holds out as many as the descriptor says, but never all', async () => {
    const folder = await tinyFolder();
    expect((await open(folder, { validationImages: 100 })).info.examples).toEqual({
      train: 140,
      validation: 100,
      test: 30,
    });
    await expect(open(folder, { validationImages: 240 })).rejects.toThrow(/240 cannot be held out/);
  });

  it('says what is wrong with it', async () => {
    const folder = await tinyFolder();
    const broken = async (name: string, bytes: Uint8Array): Promise<Dataset> => {
      const copy = await temporaryFolder();
      await cp(folder, copy, { recursive: true });
      await writeFile(path.join(copy, name), bytes);
      return open(copy);
    };
    await expect(broken('t10k-labels-idx1-ubyte', idx(2049, [30], new Uint8Array(30).fill(3)))).rejects.toThrow(
      /t10k-labels-idx1-ubyte has label 3 at image 1: labels must be 0 to 2\.$/,
    );
    await expect(broken('t10k-labels-idx1-ubyte', idx(2049, [29], new Uint8Array(29)))).rejects.toThrow(/must agree/);
    await expect(broken('t10k-images-idx3-ubyte', idx(2051, [30, 2, 2], new Uint8Array(120)))).rejects.toThrow(
      /6x6x1 and those in .* 2x2x1: they must agree/,
    );
    await expect(open(folder, { classNames: ['a', 'b'] })).rejects.toThrow(/label 2 .* must be 0 to 1/);
    await rm(path.join(folder, 't10k-labels-idx1-ubyte'));
    await expect(open(folder)).rejects.toThrow(/lacks t10k-labels-idx1-ubyte/);
    await expect(open(path.join(folder, 'nowhere'))).rejects.toThrow(/does not exist/);
  });
});

describe('the sample that ships', () => {
  it('is flagged under its name, its folder, and as a copy elsewhere', async () => {
    const copy = path.join(await temporaryFolder(), 'copy');
    await cp(sampleFolder, copy, { recursive: true });
    for (const source of ['fashion-mnist-sample', sampleFolder, copy]) {
      const { info } = await open(copy, { source });
      expect(info).toMatchObject({ name: 'fashion-mnist-sample', sample: true, shape: [28, 28, 1] });
      expect(info.classNames).toEqual(FASHION_MNIST_CLASSES);
    }
  });
});
