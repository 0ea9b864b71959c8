import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { FASHION_MNIST_CLASSES } from '../../../src/engine/dataset/fashion-mnist';
import type { OpenData } from '../../../src/engine/dataset/open-data';
import { readParquet } from '../../../src/engine/dataset/sources/parquet/read';
import { UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';

const data = path.resolve('test/fixtures/data');
const open = (source: string): Promise<OpenData> =>
  openDataset({ source }, '/', { sampleFolder: data, cacheFolder: data }, { download: false });

it('shards of images as Hugging Face lays them out, with the names of its metadata', async () => {
  const { info, notes } = await open(path.join(data, 'fashion-parquet'));
  expect(info).toMatchObject({
    name: 'fashion-parquet',
    format: 'parquet',
    classNames: FASHION_MNIST_CLASSES,
    shape: [28, 28, 1],
    examples: { train: 0, validation: 0, test: 200 },
  });
  expect(notes).toEqual(['The targets are in the column label (as said).']);
});

it('plain columns as pandas writes them, compressed by Zstandard', async () => {
  const iris = await open(path.join(data, 'iris.parquet'));
  expect(iris.info).toMatchObject({ classNames: ['setosa', 'versicolor', 'virginica'], shape: [4] });
  const train = (await iris.at(undefined)).under({ mean: 0, std: 1 / 255, from: 'values' }).split('train');
  const { values, labels } = train.batchOf(Uint32Array.of(0, 149));
  expect([...values]).toEqual([5.1, 3.5, 1.4, 0.2, 5.9, 3.0, 5.1, 1.8].map(Math.fround));
  expect([...labels]).toEqual([0, 2]);
});

it('a file that is bent or cut short is refused in a sentence', async () => {
  const folder = path.join(await temporaryFolder(), 'bent');
  await mkdir(folder);
  const whole = await readFile(path.join(data, 'iris.parquet'));
  const file = path.join(folder, 'iris.parquet');
  await writeFile(file, whole.subarray(0, 2000));
  await expect(open(file)).rejects.toThrow(/iris\.parquet is damaged or cut short: get it again/);
  for (let at = 4; at < whole.length; at += 97) {
    const bytes = Uint8Array.from(whole);
    bytes[at]! ^= 0x5b;
    await writeFile(file, bytes);
    const result = await readParquet([file]).catch((error: unknown) => error);
    if (result instanceof Error) expect(result).toBeInstanceOf(UserError);
  }
});

it('files that differ in their columns are not put together', async () => {
  const folder = path.join(await temporaryFolder(), 'mixed');
  await mkdir(folder);
  await cp(path.join(data, 'iris.parquet'), path.join(folder, 'train-0.parquet'));
  await cp(
    path.join(data, 'fashion-parquet', 'data', 'test-00000-of-00002.parquet'),
    path.join(folder, 'train-1.parquet'),
  );
  await expect(open(folder)).rejects.toThrow(/train-0\.parquet and .*train-1\.parquet differ in their columns/);
});
