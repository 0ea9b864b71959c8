import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clusteredData } from '../../../src/engine/compress/restrict/cluster';
import { clustersOf } from '../../../src/engine/compress/restrict/clusters';
import { binarized, ternarized } from '../../../src/engine/compress/restrict/signs';
import { nearestOf } from '../../../src/engine/nearest';
import { Random } from '../../../src/engine/dataset/random';

const random = (seed: number, length: number, digits = 1e6): Float32Array => {
  const numbers = new Random(seed);
  return Float32Array.from({ length }, () => {
    const sum = Array.from({ length: 4 }, () => numbers.below(digits) / digits - 0.5).reduce((a, b) => a + b, 0);
    return sum || 0.01;
  });
};
const distance = (data: Float32Array, values: Float32Array): number => {
  const nearest = nearestOf(values);
  return data.reduce((sum, weight) => sum + (weight === 0 ? 0 : (weight - values[nearest(weight)]!) ** 2), 0);
};

/** The smallest distance of any division of sorted numbers into runs, by trying all of them. */
function best(sorted: readonly number[], clusters: number): number {
  if (sorted.length === 0) return 0;
  if (clusters === 0) return Infinity;
  let least = Infinity;
  for (let end = 1; end <= sorted.length; end++) {
    const run = sorted.slice(0, end);
    const mean = run.reduce((sum, value) => sum + value, 0) / end;
    const own = run.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    least = Math.min(least, own + best(sorted.slice(end), clusters - 1));
  }
  return least;
}

describe('clusters', () => {
  it('are as near to few weights as any', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 9 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (length, k, seed) => {
        const data = random(seed, length);
        const exact = best([...data].sort((a, b) => a - b), k); // prettier-ignore
        expect(distance(data, clustersOf(data, k))).toBeLessThanOrEqual(exact + 1e-3 * (1 + exact) * 1e-2);
      }),
      { numRuns: 60, seed: 3 },
    );
  });

  it('are no further from many weights than those of Lloyd from twenty random starts', () => {
    const data = random(9, 3000);
    const ours = distance(data, clustersOf(data, 12));
    const numbers = new Random(4);
    for (let start = 0; start < 20; start++) {
      let values = Float32Array.from({ length: 12 }, () => data[numbers.below(3000)]!).sort();
      for (let i = 0; i < 40; i++) {
        const nearest = nearestOf(values);
        const [sums, counts] = [new Float64Array(12), new Float64Array(12)];
        for (const weight of data) {
          sums[nearest(weight)]! += weight;
          counts[nearest(weight)]!++;
        }
        values = values.map((value, k) => (counts[k] === 0 ? value : sums[k]! / counts[k]!)).sort();
      }
      expect(ours).toBeLessThanOrEqual(distance(data, values) * 1.001);
    }
  });

  it('give each weight the nearest value, zeros stay, and 0 counts', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 256 }), fc.nat(), fc.boolean(), (clusters, seed, pruned) => {
        const data = random(seed, 600).map((value, i) => (pruned && i % 3 === 0 ? 0 : value));
        const now = clusteredData(data, clusters);
        const values = [...new Set(now)];
        expect(values.length).toBeLessThanOrEqual(clusters);
        expect(values.includes(0)).toBe(pruned);
        now.forEach((value, i) => {
          if (data[i] === 0) expect(value).toBe(0);
          else {
            expect(value).not.toBe(0);
            const nearest = Math.min(...values.filter((one) => one !== 0).map((one) => Math.abs(one - data[i]!)));
            expect(Math.abs(value - data[i]!)).toBeCloseTo(nearest, 6);
          }
        });
      }),
      { numRuns: 25, seed: 5 },
    );
  });

  it('are fewer where there are fewer weights, none for zeros alone, and never 0', () => {
    expect([...clustersOf(Float32Array.of(1, 1, 2, 2, 0), 8)]).toEqual([1, 2]);
    expect(clusteredData(new Float32Array(5), 4)).toEqual(new Float32Array(5));
    expect(clustersOf(Float32Array.of(-1, 1, 0), 1)[0]).toBeGreaterThan(0);
    expect([...clustersOf(new Float32Array(9).fill(0.3), 4)]).toEqual([Math.fround(0.3)]);
  });
});

describe('signs', () => {
  const channels = { count: 3, inner: 1 };
  const column = (data: Float32Array, channel: number) => [...data].filter((_, i) => i % 3 === channel);
  const mean = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0) / numbers.length;

  it('are those of ternary weight networks, filter by filter', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 40 }), fc.nat(), (rows, seed) => {
        const data = random(seed, rows * 3).map((value, i) => (i % 7 === 0 ? 0 : value));
        const now = ternarized(data, channels);
        for (const channel of [0, 1, 2]) {
          const before = column(data, channel);
          const sizes = before.map(Math.abs).filter((size) => size > 0);
          const threshold = sizes.length === 0 ? 0 : 0.7 * mean(sizes);
          const scale = mean(sizes.filter((size) => size > threshold));
          column(now, channel).forEach((value, i) => {
            const expected = Math.abs(before[i]!) > threshold ? Math.sign(before[i]!) * scale : 0;
            expect(value).toBeCloseTo(expected, 5);
          });
          expect(new Set(column(now, channel)).size).toBeLessThanOrEqual(3);
        }
      }),
      { numRuns: 40, seed: 1 },
    );
  });

  it('are those of XNOR-Net, filter by filter or all together; zeros stay', () => {
    const data = random(2, 60).map((value, i) => (i % 5 === 0 ? 0 : value));
    const now = binarized(data, channels);
    for (const channel of [0, 1, 2]) {
      const size = mean(column(data, channel).map(Math.abs).filter((one) => one > 0)); // prettier-ignore
      column(now, channel).forEach((value, i) => {
        const before = column(data, channel)[i]!;
        if (before === 0) expect(value).toBe(0);
        else expect(value).toBeCloseTo(Math.sign(before) * size, 6);
      });
    }
    const whole = binarized(data, { count: 1, inner: 60 });
    expect(new Set(whole.map(Math.abs)).size).toBe(2);
    const planes = binarized(Float32Array.of(1, 3, -10, 30), { count: 2, inner: 2 });
    expect([...planes]).toEqual([2, 2, -20, 20]);
  });
});
