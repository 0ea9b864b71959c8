import { readFileSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { OpenData } from '../../../src/engine/dataset/open-data';
import { namedOf, roleOf } from '../../../src/engine/dataset/sources/npy/names';
import { readNpy } from '../../../src/engine/dataset/sources/npy/read';
import { UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';

const data = path.resolve('test/fixtures/data');
/** The same 24 numbers in each type, as NumPy saves them, in the order of C and of Fortran. */
const types = z
  .record(z.string(), z.base64())
  .parse(JSON.parse(readFileSync(path.join(data, 'npy-types.json'), 'utf8')));
const bytesOf = (name: string): Uint8Array => Uint8Array.from(Buffer.from(types[name]!, 'base64'));

const open = (source: string): Promise<OpenData> =>
  openDataset({ source }, '/', { sampleFolder: data, cacheFolder: data }, { download: false });

describe('an array of NumPy is read', () => {
  it.each(Object.keys(types).filter((name) => name !== 'object'))('as %s', (name) => {
    const { shape, numbers } = readNpy(bytesOf(name), name);
    const base = Array.from({ length: 24 }, (_, i) => i % 23);
    const expected = name.startsWith('b1')
      ? base.map((value) => value % 2)
      : base.map((value) => (/f\d/.test(name) ? value * 0.5 - 3 : value));
    expect(shape).toEqual([2, 3, 4]);
    expect(Array.from(numbers, Number)).toEqual(expected);
  });

  it('or refused in a sentence', () => {
    expect(() => readNpy(bytesOf('object'), 'it')).toThrow(/holds no numbers that are read \(O\)/);
    const bytes = bytesOf('le-f4-C');
    expect(() => readNpy(bytes.subarray(0, 150), 'it')).toThrow(/it is cut short: its header announces 96 bytes of shape \(2, 3, 4\), and 22 follow/); // prettier-ignore
    expect(() => readNpy(Buffer.concat([bytes, Buffer.alloc(4)]), 'it')).toThrow(/it is too long/);
    expect(() => readNpy(bytes.subarray(0, 40), 'it')).toThrow(/it has a damaged header/);
    expect(() => readNpy(Buffer.from('something'), 'it')).toThrow(/it is no NPY data/);
  });

  it('and bent ones give numbers or a sentence', () => {
    for (let at = 0; at < 128; at++)
      for (const value of [0, 0x27, 0x39, 0xff]) {
        const bytes = bytesOf('le-f4-F');
        bytes[at] = value;
        try {
          readNpy(bytes, 'it');
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      }
  });
});

it('names of arrays tell what they are', () => {
  expect(roleOf('x_train')).toEqual({ split: 'train', role: 'examples' });
  expect(roleOf('val_labels')).toEqual({ split: 'validation', role: 'targets' });
  expect(roleOf('testImages')).toEqual({ split: 'test', role: 'examples' });
  expect(roleOf('y')).toEqual({ split: 'train', role: 'targets' });
  expect(roleOf('X')).toEqual({ split: 'train', role: 'examples' });
  expect(['mean', 'x_train_extra', 'weights', ''].map(roleOf)).toEqual([undefined, undefined, undefined, undefined]);
});

it('arrays tell by their names which input or output of a network they belong to', () => {
  expect(namedOf('title')).toEqual({ split: 'train', name: 'title' });
  expect(namedOf('title_test')).toEqual({ split: 'test', name: 'title' });
  expect(namedOf('x_train_title')).toEqual({ split: 'train', name: 'title' });
  expect(namedOf('val_main_input')).toEqual({ split: 'validation', name: 'main_input' });
  expect(namedOf('y_test_box_size')).toEqual({ split: 'test', name: 'box_size' });
  expect(namedOf('test')).toEqual({ split: 'train', name: 'test' });
});

it('arrays that only their names tell apart are a dataset', async () => {
  const folder = path.join(await temporaryFolder(), 'named');
  await mkdir(folder);
  for (const name of ['title', 'price', 'title_test', 'price_test'])
    await writeFile(path.join(folder, `${name}.npy`), bytesOf('le-f4-C'));
  const dataset = await open(folder);
  expect(dataset.info).toMatchObject({ task: 'named', examples: { train: 1, validation: 1, test: 2 } });
  expect([...dataset.targets.named!.keys()]).toEqual(['price', 'title']);
  const { named } = (await dataset.at(undefined)).under({ mean: 0, std: 1, from: 'values' }).split('test').batch(0, 2);
  expect(named.get('price')).toHaveLength(2 * 12);
});

it('floats of 0 to 16 are numbers and no pixels, and a part of them is held out', async () => {
  const digits = await open(path.join(data, 'digits.npz'));
  const { info } = digits;
  expect(info).toMatchObject({ name: 'digits', format: 'npy', shape: [8, 8], task: 'classification' });
  expect(info.classNames).toHaveLength(10);
  expect(info.examples).toEqual({ train: 48, validation: 12, test: 0 });
  expect((await digits.at(undefined)).kind).toBe('numbers');
});

it('a folder of .npy files is a dataset, one-hot labels are classes, and what is left out is told', async () => {
  const folder = path.join(await temporaryFolder(), 'arrays');
  await mkdir(folder);
  await writeFile(path.join(folder, 'x_test.npy'), bytesOf('le-f4-F'));
  // The first axis of two examples is shared by the targets, which are no classes.
  await writeFile(path.join(folder, 'y_test.npy'), bytesOf('le-f4-C'));
  expect((await open(folder)).info).toMatchObject({ task: 'values', shape: [3, 4], examples: { test: 2 } });
  await writeFile(path.join(folder, 'y_train.npy'), bytesOf('u1-C'));
  await expect(open(folder)).rejects.toThrow(/train part in .* has targets but no examples \(only y_train\)/);
});

it('an archive that is damaged or tells nothing is refused', async () => {
  const folder = await temporaryFolder();
  const place = path.join(folder, 'data.npz');
  const whole = await readFile(path.join(data, 'digits.npz'));
  await writeFile(place, whole.subarray(0, 3000));
  await expect(open(place)).rejects.toThrow(/data\.npz is damaged or cut short: write it again with numpy\.savez/);
  await writeFile(place, zipSync({ 'mean.npy': bytesOf('le-f4-C') }));
  await expect(open(place)).rejects.toThrow(/arrays in .*data\.npz \(mean\) do not tell by their names what they are/);
});

it('the binary files of CIFAR-10 are images of three channels', async () => {
  const dataset = await open(path.join(data, 'cifar'));
  expect(dataset.info).toMatchObject({
    format: 'cifar',
    shape: [32, 32, 3],
    examples: { train: 5, validation: 1, test: 1 },
  });
  expect(dataset.info.classNames[9]).toBe('truck');
  const test = (await dataset.at([null, 32, 32, 3])).under({ mean: 0, std: 1 / 255, from: 'given' }).split('test');
  const { values, labels } = test.batch(0, 1);
  expect([...labels]).toEqual([9]);
  // As scikit-learn's picture has them at the first pixel and at the last of the second row.
  expect([...values.slice(0, 3)].map(Math.round)).toEqual([0, 76, 63]);
  expect([...values.slice(3 * 63, 3 * 64)].map(Math.round)).toEqual([0, 71, 67]);
  const copy = path.join(await temporaryFolder(), 'cifar');
  await cp(path.join(data, 'cifar'), copy, { recursive: true });
  await writeFile(path.join(copy, 'test_batch.bin'), Buffer.alloc(3074));
  await expect(open(copy)).rejects.toThrow(/has 3074 bytes, which are no records of CIFAR-10 of 3073 bytes each/);
});
