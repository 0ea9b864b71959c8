import type { PrunedLayer } from '../../../src/protocol/measure';
import { measurement } from '../../../src/protocol/measure/measurement';
import type { StepResult } from '../../../src/protocol/steps';
import { afterStep } from '../../../src/protocol/steps/measured-after';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { metricAt, type FakeTask } from './evaluations';
import type { FakeModel } from './model';

/** Six plans, the smaller the less accurate. */
export function fakeTarget({ inspection }: FakeModel, layers: PrunedLayer[], task: FakeTask): StepResult {
  const { totals } = inspection;
  const names = inspection.layers.filter(({ prunable }) => prunable).map(({ name }) => name);
  const points = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98].map((sparsity) => ({
    step: PruneStep.parse({
      step: 'prune',
      scope: 'layer',
      layers: Object.fromEntries(names.map((name) => [name, { sparsity }])),
    }),
    ...measurement([metricAt(task, 0.92 - 0.3 * sparsity ** 8)], 0.3),
    ...{ predictedLoss: 0.3, bytes: totals.bytes, sparsity },
    ...{ gzipBytes: Math.round(totals.gzipBytes * (1.05 - sparsity)), params: totals.params },
    ...{ nonzero: Math.round(totals.params * (1 - sparsity)), macs: totals.macs, meets: sparsity < 0.95 },
    nonzeroMacs: Math.round((totals.macs ?? 0) * (1 - sparsity)),
  }));
  const baseline = { ...measurement([metricAt(task, 0.92)], 0.24), gzipBytes: totals.gzipBytes };
  return {
    step: 'target',
    curve: {
      goal: task === 'regression' ? { metric: 'rmse<=0.12' } : { accuracy: 0.8 },
      samples: 2000,
      sampleData: false,
      baseline,
      points,
      chosen: 3,
    },
    applied: { step: 'prune', layers, ...afterStep([metricAt(task, 0.9)]) },
    ...afterStep([metricAt(task, 0.9)]),
  };
}
