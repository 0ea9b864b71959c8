import { readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { z } from 'zod';
import { fromFloat16, roundToFloat16 } from '../../../src/engine/checkpoint/dtype';
import { quantizeTensor } from '../../../src/engine/checkpoint/quantize-tensor';
import { quantizeExactly } from '../../../src/engine/checkpoint/requantize';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { StoredType } from '../../../src/protocol/steps/quantize';

const Cases = z.array(
  z.object({
    name: z.string(),
    dtype: StoredType,
    values: z.array(z.number()),
    stored: z.array(z.number()),
    min: z.number().optional(),
    scale: z.number().optional(),
  }),
);
const file = path.join(import.meta.dirname, '../../fixtures/keras/quantization.json');
const cases = Cases.parse(JSON.parse(readFileSync(file, 'utf8')));
const tensorOf = (values: readonly number[]): Tensor => ({
  name: 'kernel',
  shape: [values.length],
  dtype: 'float32',
  data: Float32Array.from(values),
});

describe('a quantized tensor', () => {
  test.each(cases)('has the grid and the integers of the official converter: $name in $dtype', (one) => {
    const { data, quantization } = quantizeTensor(tensorOf(one.values), one.dtype)!;
    expect(quantization?.min).toBe(one.min === -0 ? 0 : one.min);
    expect(quantization?.scale).toBe(one.scale);
    expect([...quantizeExactly(data, quantization!)!.values]).toEqual(one.stored);
  });

  it('keeps zeros, changes no value by more than half a step, and is on its grid', () => {
    const value = fc.oneof(fc.constant(0), fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }));
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 50 }),
        fc.constantFrom('uint8', 'uint16'),
        (values, dtype) => {
          const { data, quantization } = quantizeTensor(tensorOf([...values, 0]), dtype)!;
          const { scale = 1 } = quantization!;
          values.forEach((before, i) => {
            if (before === 0) expect(data[i]).toBe(0);
            expect(Math.abs(data[i]! - before)).toBeLessThanOrEqual(scale * 0.51 + Math.abs(before) * 1e-6);
          });
          expect(quantizeExactly(data as Float32Array, quantization!)).toBeDefined();
        },
      ),
    );
  });

  it('is none where a value has no half, or is not a number', () => {
    expect(quantizeTensor(tensorOf([1e6]), 'float16')).toBeUndefined();
    expect(quantizeTensor(tensorOf([Number.NaN]), 'uint8')).toBeUndefined();
  });
});

test('the nearest half is never farther than its neighbors', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = roundToFloat16(value);
      const distance = (other: number) => Math.abs(fromFloat16(other) - value);
      const size = bits & 0x7fff;
      if (size > 0) expect(distance(bits)).toBeLessThanOrEqual(distance(bits - 1));
      if (size < 0x7bff) expect(distance(bits)).toBeLessThanOrEqual(distance(bits + 1));
    }),
  );
});
