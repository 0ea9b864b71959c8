import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { Dataset, OpenData } from '../../../src/engine/dataset/open-data';
import { temporaryFolder } from '../temporary';
import { idx } from './idx-files';

async function folderOf(files: Record<string, Uint8Array>): Promise<string> {
  const folder = path.join(await temporaryFolder(), 'data');
  await mkdir(folder);
  for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(folder, name), bytes);
  return folder;
}

const open = async (folder: string, more: object = {}): Promise<OpenData> =>
  openDataset({ source: folder, ...more }, '/', { sampleFolder: folder, cacheFolder: folder }, { download: false });

const raw = async (data: OpenData): Promise<Dataset> =>
  (await data.at(undefined)).under({ mean: 0, std: 1 / 255, from: 'given' });

/** A big-endian IDX file of floats. */
function floats(sizes: number[], values: number[]): Buffer {
  const body = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => body.writeFloatBE(value, 4 * i));
  return idx(0x0d00 + sizes.length, sizes, body);
}

it('IDX files of RGB images are images of three channels', async () => {
  const pixels = Uint8Array.from({ length: 2 * 2 * 1 * 3 }, (_, i) => i * 20);
  const data = await open(
    await folderOf({
      't10k-images-idx4-ubyte': idx(0x0804, [2, 2, 1, 3], pixels),
      't10k-labels-idx1-ubyte': idx(2049, [2], Uint8Array.of(1, 0)),
    }),
  );
  expect(data.info).toMatchObject({ shape: [2, 1, 3], examples: { train: 0, validation: 0, test: 2 } });
  const { values, labels } = (await raw(data)).split('test').batch(0, 2);
  expect([...values].map(Math.round)).toEqual([...pixels]);
  expect([...labels]).toEqual([1, 0]);
});

it('a test part alone can be measured, and says what it lacks for more', async () => {
  const dataset = await raw(
    await open(
      await folderOf({
        't10k-images-idx3-ubyte': idx(2051, [2, 1, 1], Uint8Array.of(1, 2)),
        't10k-labels-idx1-ubyte.gz': idx(2049, [2], Uint8Array.of(1, 0)),
      }),
    ),
  );
  expect(dataset.reported).toBe('test');
  expect(() => dataset.split('train')).toThrow(
    /^The dataset data has no training examples \(only 2 test examples\): give data with a training part/,
  );
  expect(() => dataset.split('validation')).toThrow(/has no validation examples/);
});

it('a training part alone reports the validation split, which is one in five', async () => {
  const data = await open(
    await folderOf({
      'train-images-idx3-ubyte': idx(2051, [20, 1, 1], new Uint8Array(20)),
      'train-labels-idx1-ubyte': idx(
        2049,
        [20],
        Uint8Array.from({ length: 20 }, (_, i) => i % 2),
      ),
    }),
  );
  expect(data.info).toMatchObject({ examples: { train: 16, validation: 4, test: 0 }, heldOut: true });
  expect((await raw(data)).reported).toBe('validation');
});

it('numbers that are no pixels enter as they are; whole ones up to 255 are pixels', async () => {
  const labels = idx(2049, [2], Uint8Array.of(1, 0));
  const of = async (values: number[]): Promise<Dataset> =>
    raw(
      await open(
        await folderOf({ 't10k-images-idx3-ubyte': floats([2, 1, 2], values), 't10k-labels-idx1-ubyte': labels }),
      ),
    );
  const numbers = await of([0.5, -1, 2.25, 1000]);
  expect(numbers.kind).toBe('numbers');
  expect([...numbers.split('test').batch(0, 2).values]).toEqual([0.5, -1, 2.25, 1000]);
  const pixels = await of([0, 17, 255, 3]);
  expect(pixels.kind).toBe('pixels');
  expect([...pixels.split('test').batch(0, 2).values].map(Math.round)).toEqual([0, 17, 255, 3]);
  // Black and white in [0,1] are no bytes of 0 and 1.
  expect((await of([0, 1, 1, 0])).kind).toBe('numbers');
  await expect(of([0, NaN, 1, 0])).rejects.toThrow(/has a value that is missing \(NaN\) in example 1/);
});

it('labels that begin at 1 are classes from 0, unless there is a name for 0', async () => {
  const folder = await folderOf({
    'train-images-idx3-ubyte': idx(2051, [26, 1, 1], new Uint8Array(26)),
    'train-labels-idx1-ubyte': idx(
      2049,
      [26],
      Uint8Array.from({ length: 26 }, (_, i) => i + 1),
    ),
  });
  const letters = await open(folder);
  expect(letters.info.classNames).toHaveLength(26);
  expect([letters.info.classNames[0], letters.info.classNames.at(-1)]).toEqual(['1', '26']);
  const drawn = (await raw(letters)).split('train');
  expect([...drawn.batch(0, 100).labels]).toEqual([...drawn.members]);
  const names = Array.from({ length: 27 }, (_, i) => `class ${i}`);
  const shown = (await raw(await open(folder, { classNames: names }))).split('train');
  expect([...shown.batch(0, 100).labels]).toEqual([...shown.members].map((member) => member + 1));
});

it('targets that are no classes are read as numbers', async () => {
  const data = await open(
    await folderOf({
      'train-images-idx3-ubyte': idx(2051, [4, 1, 1], new Uint8Array(4)),
      'train-labels-idx1-ubyte': floats([4], [0.5, 1.25, 3, 4]),
    }),
  );
  expect(data.info).toMatchObject({ task: 'values', classNames: [] });
  const sized = await data.at(undefined);
  expect(sized.targets).toMatchObject({ numbers: { shape: [], least: 0.5, most: 4, whole: false } });
  const { members, numbers } = sized.under({ mean: 0, std: 1, from: 'given' }).split('train').batch(0, 4);
  expect([...numbers]).toEqual([...members].map((member) => [0.5, 1.25, 3, 4][member]));
});
