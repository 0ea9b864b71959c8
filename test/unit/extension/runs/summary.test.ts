import { expect, test } from 'vitest';
import { runSummary } from '../../../../src/extension/runs/summary';
import type { RunResult } from '../../../../src/protocol/run';

const totals = {
  params: 10,
  nonzero: 10,
  kernelWeights: 8,
  sparsity: 0,
  macs: 5,
  bytes: 1_900_000,
  gzipBytes: 1_700_000,
};
const pruned: RunResult = {
  out: '/ws/x/model.json',
  folder: '/ws/x',
  steps: [],
  before: totals,
  after: { ...totals, sparsity: 0.9, gzipBytes: 250_000 },
  accuracy: { before: 0.918, afterPrune: 0.8, afterFineTune: 0.9171 },
  sampleData: false,
};

test('summarizes a pruning', () => {
  expect(runSummary('Prune cnn', pruned)).toBe(
    'Prune cnn is done: test accuracy 91.80% → 91.71%, sparsity 90.0%, 1.70 MB → 250 kB gzipped.',
  );
});

test('says if it was measured on the sample', () => {
  expect(runSummary('Prune cnn', { ...pruned, sampleData: true })).toContain('91.71% (on sample data)');
});

test('names no accuracy that was not measured', () => {
  const accuracy = { before: null, afterPrune: null, afterFineTune: null };
  expect(runSummary('Prune cnn', { ...pruned, accuracy })).toBe(
    'Prune cnn is done: sparsity 90.0%, 1.70 MB → 250 kB gzipped.',
  );
});

test('names the test accuracy of the best epoch of a training', () => {
  const best = { epoch: 3, loss: 0.1, accuracy: 0.95, validationAccuracy: 0.93, testAccuracy: 0.92, seconds: 8 };
  const trained: RunResult = {
    ...pruned,
    before: null,
    after: totals,
    accuracy: { before: null, afterPrune: null, afterFineTune: null },
    steps: [{ step: 'train', epochs: [best], best }],
  };
  expect(runSummary('Train cnn', trained)).toBe('Train cnn is done: test accuracy 92.00%, 1.70 MB gzipped.');
});
