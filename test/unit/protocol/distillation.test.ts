import { expect, test } from 'vitest';
import { comparisonOf, comparisonWords, winnerWords, type StudentTraining } from '../../../src/protocol/distillation';
import { epochRecord } from '../../../src/protocol/epoch';
import { measured, type MetricName } from '../../../src/protocol/metric';

function training(taught: boolean, seed: number, validation: number, test?: number, name: MetricName = 'accuracy') {
  const best = epochRecord({
    ...{ epoch: 1, loss: 1, seconds: 1, training: [measured(name, 0.5)], validation: [measured(name, validation)] },
    ...(test === undefined ? {} : { test: [measured(name, test)] }),
  });
  return { taught, seed, epochs: [best], best } satisfies StudentTraining;
}

test('students are compared in pairs of a seed, chosen on validation and reported on test', () => {
  const comparison = comparisonOf([
    training(true, 0, 0.92, 0.911),
    training(false, 0, 0.915, 0.91),
    training(true, 1, 0.924, 0.913),
    training(false, 1, 0.913, 0.908),
    // Without its counterpart.
    training(true, 2, 0.99, 0.99),
  ])!;
  expect(comparison).toMatchObject({ metric: 'accuracy', seeds: 2, won: 'taught' });
  expect(comparison.validation.gain.mean).toBeCloseTo(0.008, 10);
  expect(comparison.validation.gain.deviation).toBeCloseTo(Math.SQRT1_2 * 0.006, 10);
  expect(comparison.test!.taught.mean).toBeCloseTo(0.912, 10);
  expect(comparisonWords(comparison)).toBe('test accuracy with teacher 91.20% ± 0.14, without 90.90% ± 0.14 (2 seeds)');
  expect(winnerWords(comparison)).toBe(
    'The student with the teacher won: its validation accuracy is better by 0.80 pt, its test accuracy better by 0.30 pt.',
  );
});

test('the validation split alone decides, lower errors win, and one seed is no proof', () => {
  const lower = comparisonOf([training(true, 0, 0.4, 0.6, 'rmse'), training(false, 0, 0.5, 0.55, 'rmse')])!;
  expect(lower.won).toBe('taught');
  expect(winnerWords(lower)).toBe(
    'The student with the teacher won: its validation RMSE is better by 0.1000, but its test RMSE worse by 0.05000. One seed cannot tell this from chance.',
  );
  const alone = comparisonOf([training(true, 0, 0.9), training(false, 0, 0.95)])!;
  expect(alone.won).toBe('alone');
  expect(comparisonWords(alone)).toBe('validation accuracy with teacher 90.00%, without 95.00% (1 seed)');
  expect(winnerWords(alone)).toBe(
    'The student without a teacher won: its validation accuracy is better by 5.00 pt. One seed cannot tell this from chance.',
  );
  expect(winnerWords(comparisonOf([training(true, 0, 0.9), training(false, 0, 0.9)])!)).toMatch(
    /^The student is as good/,
  );
  expect(comparisonOf([training(true, 0, 0.9)])).toBeUndefined();
});
