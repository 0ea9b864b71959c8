import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, it, test } from 'vitest';
import { readDataset } from '../../../src/engine/dataset/dataset';
import type { SizedData } from '../../../src/engine/dataset/open-data';
import { recognize } from '../../../src/engine/dataset/sources';
import { changeImage } from '../../../src/engine/dataset/change';
import { DatasetDescriptor } from '../../../src/protocol/dataset';
import {
  IMAGENET_CAFFE,
  IMAGENET_TORCH,
  normalizationName,
  parseNormalization,
} from '../../../src/protocol/normalization';
import { temporaryFolder } from '../temporary';

let file: string;
const room = { cache: { folder: '' } };
/** Two images of one pixel: red 255, green 0, blue 51, and black. */
const npz = { x: [255, 0, 51, 0, 0, 0], shape: [2, 1, 1, 3] };

beforeEach(async () => {
  const folder = await temporaryFolder();
  file = folder;
  await writeFile(path.join(folder, 'x_test.npy'), npy(Uint8Array.from(npz.x), npz.shape));
  await writeFile(path.join(folder, 'y_test.npy'), npy(Uint8Array.of(0, 1), [2]));
});

function npy(bytes: Uint8Array, shape: readonly number[]): Buffer {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117);
  return Buffer.concat([Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, 118, 0]), Buffer.from(`${header}\n`), bytes]);
}

async function open(rest: object): Promise<SizedData> {
  const descriptor = DatasetDescriptor.parse({ source: file, ...rest });
  const data = await readDataset(descriptor, await recognize(file), room);
  return data.giving(descriptor.normalization).at(undefined);
}

const valuesOf = (data: SizedData): number[] => [
  ...data
    .under({ ...data.given!, from: 'given' })
    .split('test')
    .batch(0, 1).values,
];

// The first pixel as `keras.applications.imagenet_utils.preprocess_input` returns it.
test.each([
  ['imagenet-torch', [(1 - 0.485) / 0.229, -0.456 / 0.224, (0.2 - 0.406) / 0.225]],
  ['imagenet-caffe', [51 - 103.939, -116.779, 255 - 123.68]],
])('the convention %s gives the values that Keras gives', async (convention, expected) => {
  const values = valuesOf(await open({ preprocess: { convention } }));
  expected.forEach((value, i) => expect(values[i]).toBeCloseTo(value, 4));
});

it('a normalization with a number for each channel is given by name or by numbers', async () => {
  expect(parseNormalization('imagenet-torch')).toEqual(IMAGENET_TORCH);
  expect(parseNormalization('0.1,0.2,0.3/1')).toEqual({ mean: [0.1, 0.2, 0.3], std: 1 });
  expect(parseNormalization('0.1,0.2/1')).toBeUndefined();
  expect(normalizationName(IMAGENET_CAFFE)).toBe('imagenet-caffe');
  expect(normalizationName({ mean: [0.1, 0.2, 0.3], std: 1 })).toBe('0.1000,0.2000,0.3000/1.0000');
  const values = valuesOf(await open({ normalization: '0.1,0.2,0.3/0.5' }));
  [1.8, -0.4, -0.2].forEach((value, i) => expect(values[i]).toBeCloseTo(value, 5));
});

it('what cannot be right is refused', async () => {
  await expect(open({ preprocess: { convention: 'imagenet-caffe', color: 'rgb' } })).rejects.toThrow(
    /The convention imagenet-caffe .* is for bgr, not for rgb/,
  );
  const caffe = await open({ normalization: 'imagenet-caffe' });
  expect(() => valuesOf(caffe)).toThrow(/is for channels in the order blue, green, red: say "preprocess"/);
  await writeFile(path.join(file, 'x_test.npy'), npy(Uint8Array.of(1, 255), [2, 1, 1]));
  const gray = await open({ normalization: 'imagenet-torch' });
  expect(() => valuesOf(gray)).toThrow(/has a number for each of three channels, but the examples of .* are 1x1/);
});

it('black stays black in each channel of a changed image', () => {
  const image = Float32Array.of(5, 6, 7);
  const form = { shape: [1, 1, 3], black: [-1, -2, -3], white: [1, 2, 3] } as const;
  const none = { brightness: 0, flipX: false, flipY: false, degrees: 0, right: 0, down: 0 };
  changeImage(image, form, { ...none, right: 1 });
  expect([...image]).toEqual([-1, -2, -3]);
  changeImage(image, form, { ...none, brightness: 0.5 });
  expect([...image]).toEqual([0, 0, 0]);
});
