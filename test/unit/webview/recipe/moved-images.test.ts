import { expect, test } from 'vitest';
import type { DatasetInfo } from '../../../../src/protocol/dataset';
import type { NormalizationInUse } from '../../../../src/protocol/normalization';
import { canBeMoved } from '../../../../src/webview/recipe/moved-images';

const images: DatasetInfo = {
  ...{ name: 'clothes', folder: '/data', sample: false, format: 'images', task: 'classification' },
  ...{ classNames: ['a', 'b'], shape: [28, 28, 1], examples: { train: 2, validation: 1, test: 1 }, heldOut: false },
};
const found: NormalizationInUse = { mean: 0, std: 1, from: 'found' };
const values: NormalizationInUse = { ...found, from: 'values' };

test.each([
  ['images in classes', images, found, true],
  ['images of several sizes', { ...images, shape: [null, null, 3] }, found, true],
  ['images with any number of labels', { ...images, task: 'multi-label' }, found, true],
  ['images with a class for each pixel', { ...images, task: 'pixel-classification' }, found, false],
  ['images that are reproduced', { ...images, task: 'reconstruction' }, found, false],
  ['images with numbers, which may be places', { ...images, task: 'regression' }, found, false],
  ['arrays of numbers', images, values, false],
  ['a table', { ...images, format: 'table', shape: [4] }, values, false],
  ['images before their normalization is known', images, null, false],
  ['no data', null, null, false],
] as const)('%s: moved or not', (_, dataset, normalization, moved) => {
  expect(canBeMoved({ dataset: dataset && { ...dataset, shape: [...dataset.shape] }, normalization })).toBe(moved);
});
