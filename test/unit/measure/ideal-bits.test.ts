import { expect, it } from 'vitest';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { idealOf } from '../../../src/engine/measure/ideal-bits';

const tensor = (data: Float32Array, shape: number[]): Tensor => ({ name: 'w', shape, dtype: 'float32', data });

it('counts the places of zeros and the entropy of a few values with their table', () => {
  // 64 of 128 weights are 0: a bit for each place. The others have two values, as often: a bit each, and two floats.
  const data = Float32Array.from({ length: 128 }, (_, i) => [0, 0, 0.5, -0.25][i % 4]!);
  expect(idealOf(tensor(data, [128]))).toEqual({ bits: 128 + 64 + 64, values: 2 });
});

it('takes the plain numbers where values are many', () => {
  const data = Float32Array.from({ length: 100 }, (_, i) => 0.1 + i / 7);
  expect(idealOf(tensor(data, [100])).bits).toBe(3200);
});

it('takes a table for each channel where that is less, as for a scale for each channel', () => {
  const channels = 16;
  const data = Float32Array.from({ length: 64 * channels }, (_, i) => {
    const channel = i % channels;
    return Math.fround((Math.floor(i / channels) % 2 === 0 ? 1 : -1) * (0.1 + channel));
  });
  // A bit for each weight, and two floats for each channel.
  expect(idealOf(tensor(data, [64, channels])).bits).toBe(64 * channels + 2 * 32 * channels);
});
