import { expect, test } from 'vitest';
import { examplesOf } from '../../../src/engine/dataset/values';

const image = (brightest: number) => Float32Array.from({ length: 64 }, (_, i) => (i === 63 ? brightest : i % 2));

test.each([
  ['whole floats up to 255 in images', image(255), [8, 8], 'Uint8Array'],
  ['the same in 64 columns', image(255), [64], 'Uint8Array'],
  ['whole floats up to 16', image(16), [8, 8], 'Float32Array'],
  ['counts of 0 to 16 as bytes in columns', Uint8Array.from(image(16)), [64], 'Float32Array'],
  ['dark bytes in images', Uint8Array.from(image(16)), [8, 8], 'Uint8Array'],
  ['few columns', Float32Array.of(0, 255, 3, 200), [4], 'Float32Array'],
  ['numbers with a fraction', Float32Array.of(0.5, 255, 3, 200), [2, 2], 'Float32Array'],
])('%s', (_, numbers, shape, stored) => {
  expect(examplesOf(numbers, shape, 'the file').values.constructor.name).toBe(stored);
});
