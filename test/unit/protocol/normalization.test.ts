import { expect, it } from 'vitest';
import { plainData, withNormalization, DatasetDescriptor } from '../../../src/protocol/dataset';
import { CONVENTIONS, normalizationName, parseNormalization, RAW } from '../../../src/protocol/normalization';

it('names are read as they are written', () => {
  for (const one of [...CONVENTIONS, { mean: 0.286, std: 0.353 }])
    expect(parseNormalization(normalizationName(one))).toEqual(one);
  expect(normalizationName({ mean: 0.286, std: 0.353 })).toBe('0.2860/0.3530');
  expect(parseNormalization(' [ -1, 1 ] ')).toEqual({ mean: 0.5, std: 0.5 });
  for (const wrong of ['', '[0,2]', '1', '0.5/0', '0.5/-1', '1/2/3', 'a/b', '0.5/1e-9', '0.5/NaN', '/'])
    expect(parseNormalization(wrong)).toBeUndefined();
});

it('raw pixels stay whole numbers', () => {
  for (let x = 0; x < 256; x++) expect(Math.fround((x / 255 - RAW.mean) / RAW.std)).toBe(x);
});

it('a recipe may name it, and data without it are plain again', () => {
  const data = DatasetDescriptor.parse({ source: 'd', normalization: '[0,1]' });
  expect(data.normalization).toEqual({ mean: 0, std: 1 });
  expect(DatasetDescriptor.safeParse({ source: 'd', normalization: '[0,2]' }).success).toBe(false);
  expect(plainData(withNormalization('d', RAW))).toBe('d');
  expect(plainData({ ...data, splitSeed: 3 })).toEqual({ source: 'd', splitSeed: 3 });
});
