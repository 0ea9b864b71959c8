import { expect, test } from 'vitest';
import { runSummary } from '../../../../src/extension/runs/summary';
import { epochRecord } from '../../../../src/protocol/epoch';
import { measured } from '../../../../src/protocol/metric';
import { runMetrics, type RunResult } from '../../../../src/protocol/run';

const totals = {
  params: 10,
  nonzero: 10,
  kernelWeights: 8,
  sparsity: 0,
  macs: 5,
  bytes: 1_900_000,
  gzipBytes: 1_700_000,
};
const nothing = runMetrics({ before: null, afterPrune: null, afterFineTune: null });
const pruned: RunResult = {
  out: '/ws/x/model.json',
  folder: '/ws/x',
  steps: [],
  before: totals,
  after: { ...totals, sparsity: 0.9, gzipBytes: 250_000 },
  ...runMetrics({
    before: [measured('accuracy', 0.918)],
    afterPrune: [measured('accuracy', 0.8)],
    afterFineTune: [measured('accuracy', 0.9171)],
  }),
  sampleData: false,
};

test('summarizes a pruning', () => {
  expect(runSummary('Prune cnn', pruned)).toBe(
    'Prune cnn is done: test accuracy 91.80% → 91.71%, sparsity 90.0%, 1.70 MB → 250 kB gzipped.',
  );
});

test('names the metric and the split of another task', () => {
  const errors = runMetrics({
    before: [measured('rmse', 0.05)],
    afterPrune: [measured('rmse', 0.0612)],
    afterFineTune: null,
    split: 'validation',
  });
  expect(errors.accuracy).toMatchObject({ before: null, afterPrune: null });
  expect(runSummary('Prune net', { ...pruned, ...errors })).toContain('validation RMSE 0.05000 → 0.06120,');
});

test('says if it was measured on the sample', () => {
  expect(runSummary('Prune cnn', { ...pruned, sampleData: true })).toContain('91.71% (on sample data)');
});

test('names no accuracy that was not measured', () => {
  expect(runSummary('Prune cnn', { ...pruned, ...nothing })).toBe(
    'Prune cnn is done: sparsity 90.0%, 1.70 MB → 250 kB gzipped.',
  );
});

test('names the test accuracy of the best epoch of a training', () => {
  const best = epochRecord({
    ...{ epoch: 3, loss: 0.1, seconds: 8 },
    training: [measured('accuracy', 0.95)],
    validation: [measured('accuracy', 0.93)],
    test: [measured('accuracy', 0.92)],
  });
  const trained: RunResult = {
    ...pruned,
    before: null,
    after: totals,
    ...nothing,
    steps: [{ step: 'train', epochs: [best], best }],
  };
  expect(runSummary('Train cnn', trained)).toBe('Train cnn is done: test accuracy 92.00%, 1.70 MB gzipped.');
});
