import { describe, expect, it } from 'vitest';
import { learningRateAt, type LearningRates } from '../../../src/engine/train/schedule';

const over = (steps: number[], rates: Partial<LearningRates>, epochs = 4, stepsPerEpoch = 1): number[] =>
  steps.map((step) =>
    learningRateAt({ learningRate: 0.2, schedule: 'constant', ...rates }, step, { epochs, stepsPerEpoch }),
  );

function expectClose(found: number[], expected: number[]): void {
  expect(found).toHaveLength(expected.length);
  found.forEach((rate, i) => {
    expect(rate).toBeCloseTo(expected[i]!, 12);
  });
}

describe('the learning rate', () => {
  it('stays, or falls along half a cosine over all steps', () => {
    expectClose(over([0, 1, 4], {}), [0.2, 0.2, 0.2]);
    const cosine = [0.2, 0.1 + 0.1 * Math.SQRT1_2, 0.1, 0.1 - 0.1 * Math.SQRT1_2, 0];
    expectClose(over([0, 1, 2, 3, 4], { schedule: 'cosine' }), cosine);
    expectClose(over([0, 1, 2, 3, 4], { schedule: 'cosine' }, 2, 2), cosine);
  });

  it('decays by a factor with every epoch, a little with each step', () => {
    expectClose(over([0, 1, 2, 4], { schedule: 'exponential', decay: 0.25 }, 4, 2), [0.2, 0.1, 0.05, 0.0125]);
    expectClose(over([1], { schedule: 'exponential' }), [0.14]);
  });

  it('falls by a factor every few epochs', () => {
    const rates = { schedule: 'step', decay: 0.5, decayEvery: 1.5 } as const;
    expectClose(over([0, 1, 2, 3, 5, 6], rates, 4, 2), [0.2, 0.2, 0.2, 0.1, 0.1, 0.05]);
    expectClose(over([0, 1, 2, 3, 4, 5, 6], { schedule: 'step' }, 6), [0.2, 0.2, 0.02, 0.02, 0.002, 0.002, 0.0002]);
  });

  it('rises from 0 in the warm-up, after which the schedule takes its whole way', () => {
    expectClose(over([0, 1, 2, 3, 4], { warmup: 2, schedule: 'cosine' }, 4), [0, 0.1, 0.2, 0.1, 0]);
    expectClose(over([0, 1, 2, 3], { warmup: 1.5, schedule: 'constant' }, 4, 2), [0, 0.2 / 3, 0.4 / 3, 0.2]);
  });
});
