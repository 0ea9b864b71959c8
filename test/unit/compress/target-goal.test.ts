import { describe, expect, it } from 'vitest';
import { choose } from '../../../src/engine/compress/target/find';
import { goalRule } from '../../../src/engine/compress/target/goal';
import { measurement } from '../../../src/protocol/measure/measurement';
import { measured, type MetricName, type MetricValues } from '../../../src/protocol/metric';
import type { ParetoPoint } from '../../../src/protocol/pareto';
import { TargetGoal } from '../../../src/protocol/steps/goal';
import { PruneStep } from '../../../src/protocol/steps/prune';

const plans = (name: MetricName, goal: TargetGoal, figures: readonly (readonly [value: number, bytes: number])[]) => {
  const rule = goalRule({ goal, by: 'prune' });
  const points = figures.map(([value, gzipBytes]): ParetoPoint => {
    const figures = { ...measurement([measured(name, value), measured('loss', 1)], 1), gzipBytes };
    const counts = { bytes: 1, params: 1, nonzero: 1, macs: 1, nonzeroMacs: 1, sparsity: 0 };
    const point = { ...figures, ...counts };
    return { step: PruneStep.parse({ step: 'prune' }), predictedLoss: 1, ...point, meets: rule.meets(point) };
  });
  return { points, rule };
};
const chosenOf = (
  name: MetricName,
  goal: TargetGoal,
  figures: readonly (readonly [value: number, bytes: number])[],
) => {
  const { points, rule } = plans(name, goal, figures);
  const found = choose(points, rule, rule.bound ?? { name });
  return {
    kept: found.points.map(({ gzipBytes }) => gzipBytes),
    chosen: found.points[found.chosen]!.gzipBytes,
  };
};

describe('a goal', () => {
  it('of an error is met at its bound and below, and the smallest plan that meets it is chosen', () => {
    const figures = [
      [0.03, 900],
      [0.05, 500],
      [0.04, 600],
      // Larger and worse than another: no plan of the curve.
      [0.06, 550],
      [0.2, 100],
    ] as const;
    expect(chosenOf('rmse', { metric: 'rmse<=0.05' }, figures)).toEqual({ kept: [900, 600, 500, 100], chosen: 500 });
    expect(() => chosenOf('rmse', { metric: 'rmse<=0.01' }, figures)).toThrow(
      'The target of a validation RMSE of 0.01 or less cannot be met: the best plan found has 900 gzipped bytes at a validation RMSE of 0.03.',
    );
  });

  it('of a size takes the plan with the least error that is small enough', () => {
    const figures = [
      [0.03, 900],
      [0.05, 500],
      [0.2, 100],
    ] as const;
    expect(chosenOf('mae', { bytes: 600 }, figures).chosen).toBe(500);
  });

  it('of accuracy is short for a bound on it', () => {
    const figures = [
      [0.9, 900],
      [0.8, 500],
    ] as const;
    expect(chosenOf('accuracy', { accuracy: 0.85 }, figures)).toEqual(
      chosenOf('accuracy', { metric: 'accuracy>=0.85' }, figures),
    );
  });

  it('of one of several outputs is met by that one, and a bound without an output says which it is about', () => {
    const metrics: MetricValues = [
      measured('loss', 9),
      measured('mae', 2.5, 'age'),
      measured('loss', 4, 'age'),
      measured('mae', 0.1, 'height.cm'),
    ];
    const figures = { metrics, gzipBytes: 1, params: 1, nonzero: 1, macs: 1, nonzeroMacs: 1 };
    const ruleOf = (metric: string) => goalRule({ goal: TargetGoal.parse({ metric }), by: 'prune' }, metrics);
    expect(ruleOf('age.mae<=3').meets(figures)).toBe(true);
    expect(ruleOf('age.mae<=2').meets(figures)).toBe(false);
    expect(ruleOf('height.cm.mae<=2').meets(figures)).toBe(true);
    expect(ruleOf('weight.mae<=2').meets(figures)).toBe(false);
    expect(ruleOf('mae<=3').words).toBe('a validation MAE of 3 or less for age');
    expect(ruleOf('loss<=3').words).toBe('a validation loss of 3 or less');
  });

  it.each(['rmse>=0.05', 'accuracy>=90', 'speed<=1', ''])('"%s" is refused with all bounds there are', (metric) => {
    const { error } = TargetGoal.safeParse({ metric });
    expect(JSON.stringify(error)).toContain(
      'accuracy, top5, macro-f1, auc, iou, r2 or psnr with >=, rmse, mae or loss with <=; shares from 0 to 1',
    );
  });
});
