import { expect, test } from 'vitest';
import { prunePlan, removePlan } from '../../../../src/extension/panel/stepPlan';
import type { Preview } from '../../../../src/protocol/measure';
import type { Inspection } from '../../../../src/protocol/model';
import { StepPlan } from '../../../../src/protocol/plan';
import { removed } from '../../../webview/fake/removal';

const tensor = { dtype: 'float32', kernel: true, prunable: true };
const inspection: Inspection = {
  name: 'm',
  path: '/m/model.json',
  format: 'layers-model',
  weightsHash: 'h',
  layers: [
    {
      ...{ name: 'conv', type: 'Conv2D', outputShape: [null, 4, 4, 8], params: 100, nonzero: 100, sparsity: 0 },
      ...{ macs: 1600, prunable: true, tensors: [{ ...tensor, name: 'k', shape: [100], params: 100, nonzero: 100 }] },
    },
    {
      ...{ name: 'flat', type: 'Flatten', outputShape: [null, 128], params: 0, nonzero: 0, sparsity: null, macs: 0 },
      ...{ prunable: false, reason: 'it has no weights', tensors: [] },
    },
  ],
  totals: { params: 100, nonzero: 100, kernelWeights: 100, sparsity: 0, macs: 1600, bytes: 400, gzipBytes: 380 },
};

test('what becomes 0 counts no more, each layer has its state, and one that is left alone its reason', () => {
  const preview: Preview = {
    counts: {
      layers: [
        { name: 'conv', sparsity: 0.75, threshold: 0.1, nonzero: 25 },
        { name: 'flat', sparsity: null, threshold: null, nonzero: 0 },
      ],
      totals: { params: 100, nonzero: 25, sparsity: 0.75 },
    },
    bytes: { bytes: 400, gzipBytes: 120 },
    accuracy: null,
    noAccuracy: 'no dataset chosen',
  };
  const plan = StepPlan.parse(prunePlan(inspection, preview));
  const [conv, flat] = plan.layers;
  expect(conv).toMatchObject({ state: 'pruned', before: { bytes: 400, macs: 1600 }, after: { bytes: 100, macs: 400 } });
  expect(flat).toMatchObject({ state: 'skipped', reason: 'it has no weights' });
  expect(plan.after).toMatchObject({ macs: 400, gzipBytes: 120, nonzero: 25 });
});

test('what is removed is gone from parameters, bytes and MACs', () => {
  const plan = StepPlan.parse(removePlan(inspection, removed(inspection)));
  expect(plan.layers.map(({ name }) => name)).toEqual(['conv', 'flat']);
  expect(plan.after.params).toBe(50);
  expect(plan.difference?.largest).toBeLessThan(1e-4);
});
