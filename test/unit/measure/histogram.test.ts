import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Histogram } from '../../../src/protocol/measure';
import { histogram, histograms } from '../../../src/engine/measure/histogram';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);
const weights = fc.oneof(
  fc.float32Array({ maxLength: 60 }),
  fc
    .array(fc.constantFrom(0, -0, 1, -1, 0.5, NaN, Infinity, -Infinity), { maxLength: 20 })
    .map((all) => Float32Array.from(all)),
  fc.float32Array({ min: Math.fround(0.1), max: 2, noNaN: true, maxLength: 60 }),
);

describe('a histogram', () => {
  it('counts every value once: in a bin, as zero, as NaN or as infinite, and crosses JSON', () => {
    fc.assert(
      fc.property(fc.array(weights, { maxLength: 3 }), fc.integer({ min: 8, max: 512 }), (parts, bins) => {
        const found = histogram(null, parts, bins);
        expect(Histogram.parse(JSON.parse(JSON.stringify(found)))).toEqual(found);
        expect(found.counts).toHaveLength(bins);
        expect(found.count).toBe(sum(parts.map((part) => part.length)));
        expect(sum(found.counts) + found.zeros + found.nan + found.infinite).toBe(found.count);
        expect(sum(found.magnitudes.counts)).toBe(sum(found.counts));
      }),
    );
  });

  it('has bins of equal width with an edge at 0, each value within its bin', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 8, max: 512 }), (data, bins) => {
        const { start, width, counts } = histogram(null, [data], bins);
        const below = Math.round(-start / width);
        expect(below * width).toBeCloseTo(-start, 12);
        const slack = width * bins * 1e-9;
        const recount = counts.map((_, i) => {
          const [low, high] = [start + i * width, start + (i + 1) * width];
          return data.filter((value) => value !== 0 && value >= low - slack && value <= high + slack).length;
        });
        counts.forEach((count, i) => {
          expect(count).toBeLessThanOrEqual(recount[i]!);
        });
        // No value is counted on the wrong side of 0.
        expect(sum(counts.slice(0, below))).toBe(data.filter((value) => value < 0 && value > -Infinity).length);
      }),
    );
  });

  it('counts each value where it lies in units of the width', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 8, max: 512 }), (data, bins) => {
        const { start, width, counts, magnitudes } = histogram(null, [data], bins);
        const below = Math.round(-start / width);
        const [own, sizes] = [counts.map(() => 0), magnitudes.counts.map(() => 0)];
        for (const value of data) {
          if (value === 0 || !Number.isFinite(value)) continue;
          own[Math.min(bins - 1, Math.max(0, below + Math.floor(value / width)))]!++;
          sizes[Math.min(sizes.length - 1, Math.floor(Math.abs(value) * (sizes.length / magnitudes.max)))]!++;
        }
        expect(counts).toEqual(own);
        expect(magnitudes.counts).toEqual(sizes);
      }),
    );
  });

  it('adapts its range, and tells mean and standard deviation of the finite values', () => {
    const found = histogram('x', [Float32Array.of(1, 2, 3, NaN), Float32Array.of(0, -Infinity)], 8);
    expect(found).toMatchObject({
      layer: 'x',
      count: 6,
      zeros: 1,
      nan: 1,
      infinite: 1,
      min: 0,
      max: 3,
      mean: 1.5,
      start: 0,
    });
    expect(found.std).toBeCloseTo(Math.sqrt(1.25), 12);
    expect(found.width * 8).toBeCloseTo(3, 12);
    expect(found.magnitudes.max).toBe(3);
  });

  it('shows one layer, or the prunable kernels of all', async () => {
    const checkpoint = await readCheckpoint(await writeRaw(await temporaryFolder()));
    const [all, flatten, logits] = await histograms(checkpoint, [null, 'flatten', 'logits'], 16);
    expect(all).toEqual({ ...logits, layer: null });
    expect(logits?.count).toBe(108);
    expect(flatten?.count).toBe(0);
    await expect(histograms(checkpoint, ['conv9'], 16)).rejects.toThrow(
      'The model has no layer "conv9": its layers are "flatten", "logits".',
    );
  });
});
