import { expect, test } from 'vitest';
import { measured } from '../../../src/protocol/metric';
import { TargetGoal } from '../../../src/protocol/steps/goal';
import { goalStarts } from '../../../src/webview/state/goal-start';

test.each([
  [measured('accuracy', 0.9237), { accuracy: 0.92 }],
  [measured('rmse', 0.05123), { metric: 'rmse<=0.052' }],
  [measured('rmse', 1834.2), { metric: 'rmse<=1900' }],
  [measured('macro-f1', 0.618), { metric: 'macro-f1>=0.61' }],
  [measured('r2', -0.213), { metric: 'r2>=-0.22' }],
  [measured('mae', 2.31, 'age'), { metric: 'age.mae<=2.4' }],
  [measured('accuracy', 0.5, 'kind'), { metric: 'kind.accuracy>=0.5' }],
])('a target of a model with %o starts at %o', (known, goal) => {
  expect(goalStarts(known, undefined)['goal']).toEqual(goal);
  expect(TargetGoal.safeParse(goal).success).toBe(true);
});

test('without a value the task tells the metric', () => {
  expect(goalStarts(undefined, undefined)).toMatchObject({ goal: { accuracy: 0.9 }, metric: 'accuracy>=0.9' });
  expect(goalStarts(undefined, 'pixel-classification')).toMatchObject({ goal: { metric: 'iou>=0.9' } });
  // Nobody knows the unit of the error: the person types the number.
  expect(goalStarts(undefined, 'regression')).toMatchObject({ goal: { metric: 'rmse<=' } });
});
