import { describe, expect, it } from 'vitest';
import { collapseOf } from '../../../src/engine/measure/sensitivity/collapse';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured, type MetricName } from '../../../src/protocol/metric';

const at = (name: MetricName, value: number) => measurement([measured(name, value)], 1);

describe('a layer has collapsed', () => {
  it('by accuracy where the share above guessing is lost', () => {
    const over = collapseOf(at('accuracy', 0.9), 0.1, 0.5);
    expect([0.9, 0.51, 0.5, 0.1].map((value) => over(at('accuracy', value)))).toEqual([false, false, true, true]);
  });

  it('by an error where the share below that of a trivial answer is lost', () => {
    const over = collapseOf(at('rmse', 0.2), 1, 0.5);
    expect([0.1, 0.59, 0.61, 7].map((value) => over(at('rmse', value)))).toEqual([false, false, true, true]);
  });

  it.each([
    ['rmse', 0.2, 1.9, 2],
    ['psnr', 30, 10.1, 10],
    ['r2', 0.8, 0.1, 0],
    ['auc', 0.9, 0.51, 0.5],
    ['iou', 0.6, 0.1, 0],
  ] as const)('by %s also where no trivial answer is known', (name, baseline, before, after) => {
    const over = collapseOf(at(name, baseline), undefined, 0.99999);
    expect([before, after].map((value) => over(at(name, value)))).toEqual([false, true]);
  });

  it('never where all of it must be lost, or the model is no better than a guess', () => {
    expect(collapseOf(at('accuracy', 0.9), 0.1, 1)(at('accuracy', 0))).toBe(false);
    expect(collapseOf(at('accuracy', 0.1), 0.1, 0.9)(at('accuracy', 0))).toBe(false);
    expect(collapseOf(at('rmse', 2), 1, 0.9)(at('rmse', 9))).toBe(false);
  });
});
