import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sparsityAt, sparsitySchedule, updatesMask } from '../../../src/engine/train/sparsity-schedule';

describe('the cubic schedule of sparsity', () => {
  const schedule = { begin: 10, end: 50, frequency: 15, initial: 0.2, final: 0.9 };

  it('is the one of Zhu and Gupta', () => {
    expect(sparsityAt(schedule, 0)).toBe(0.2);
    expect(sparsityAt(schedule, 10)).toBe(0.2);
    expect(sparsityAt(schedule, 30)).toBeCloseTo(0.9 - 0.7 * 0.125, 12);
    expect(sparsityAt(schedule, 50)).toBe(0.9);
    expect(sparsityAt(schedule, 1000)).toBe(0.9);
  });

  it('updates the mask every few steps after the beginning, and at the end', () => {
    const updates = Array.from({ length: 70 }, (_, done) => done).filter((done) => updatesMask(schedule, done));
    expect(updates).toEqual([25, 40, 50]);
  });

  it('counts fractions of epochs in whole steps, and makes 40 updates by default', () => {
    const found = sparsitySchedule({ from: 0.25, to: 4, sparsity: 0.9 }, 0.1, 550);
    expect(found).toEqual({ begin: 138, end: 2200, frequency: 52, initial: 0.1, final: 0.9 });
    expect(sparsitySchedule({ from: 0, to: 1, sparsity: 0.9 }, 0, 5).frequency).toBe(1);
    expect(sparsitySchedule({ from: 0, to: 1, frequency: 7, sparsity: 0.9 }, 0, 5).frequency).toBe(7);
  });

  it('never falls, stays between its ends, and always has a last update that reaches full sparsity', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        share,
        share,
        fc.nat(50),
        fc.nat(50),
        fc.integer({ min: 1, max: 60 }),
        (a, b, begin, more, frequency) => {
          const [initial, final] = [Math.min(a, b), Math.max(a, b)];
          const one = { begin, end: begin + more, frequency, initial, final };
          const done = Array.from({ length: 110 }, (_, i) => i);
          const reached = done.map((steps) => sparsityAt(one, steps));
          reached.forEach((sparsity, i) => {
            expect(sparsity).toBeGreaterThanOrEqual(i === 0 ? initial - 1e-12 : reached[i - 1]! - 1e-12);
            expect(sparsity).toBeLessThanOrEqual(final + 1e-12);
          });
          const last = done.filter((steps) => updatesMask(one, steps)).at(-1)!;
          expect(sparsityAt(one, last)).toBe(final);
        },
      ),
    );
  });
});
