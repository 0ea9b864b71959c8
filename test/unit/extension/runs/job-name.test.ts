import { expect, test } from 'vitest';
import { jobName, jobTitle } from '../../../../src/extension/runs/job-name';
import { RecipeStep } from '../../../../src/protocol/steps';

const prune = RecipeStep.parse({ step: 'prune', amount: { sparsity: 0.9 } });
const finetune = RecipeStep.parse({ step: 'finetune' });

test.each([
  ['cnn', 0.9, 'cnn-pruned-90'],
  ['cnn', 0.8999, 'cnn-pruned-90'],
  ['cnn', 0.996, 'cnn-pruned-99.6'],
  ['cnn', 0.99999, 'cnn-pruned-99.9'],
  ['cnn', 1, 'cnn-pruned-100'],
  ['cnn-pruned-50', 0.9, 'cnn-pruned-90'],
  ['cnn-pruned-99.6-2', 0.9, 'cnn-pruned-90'],
  ['cnn', null, 'cnn-pruned'],
])('%s pruned to %s is proposed as %s', (label, sparsity, name) =>
  expect(jobName(label, [prune, finetune], sparsity)).toBe(name),
);

test('a job has the name of the step that prunes, not of the one that recovers', () => {
  expect(jobTitle([finetune, prune], 'cnn')).toBe('Prune cnn');
  expect(jobTitle([finetune], 'cnn')).toBe('Fine-tune cnn');
  expect(jobName('cnn', [finetune], 0.5)).toBe('cnn-finetuned');
});
