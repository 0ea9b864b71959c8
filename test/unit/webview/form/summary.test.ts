import { expect, test } from 'vitest';
import { asJson, withKey } from '../../../../src/protocol/json';
import { fieldsOf, keyWords, valueLabel } from '../../../../src/protocol/fields';
import { stepDefinition, type RecipeStepInput } from '../../../../src/protocol/steps';
import { summaryOf } from '../../../../src/webview/form/summary';

const summary = (step: RecipeStepInput): string => summaryOf(asJson(step), fieldsOf(stepDefinition(step.step).schema));

test('a step in a few words', () => {
  expect(summary({ step: 'prune', score: 'lamp', amount: { sparsity: 0.9 } })).toBe('LAMP \u00b7 sparsity 90%');
  expect(summary({ step: 'finetune', epochs: 4, gradual: { sparsity: 0.9, to: 2 } })).toBe(
    'epochs 4 \u00b7 gradual pruning',
  );
  expect(summary({ step: 'remove', amount: { macs: 0.125 } })).toBe('MACs 12.5%');
  expect(summary({ step: 'distill', width: 0.5, alpha: 0.7 })).toBe('width 50% \u00b7 alpha 0.7');
  expect(summary({ step: 'prune', protect: ['a', 'b'], allowEmptyLayers: false })).toBe('protected layers: 2');
});

test('a bound on a metric is printed as its definition says', () => {
  expect(summary({ step: 'target', goal: { metric: 'rmse<=0.05' } })).toBe('RMSE <= 0.05');
  expect(summary({ step: 'target', goal: { metric: 'age.r2>=0.9' } })).toBe('R² for age >= 0.9');
});

test('keys and values read as words', () => {
  expect(keyWords('learningRate')).toBe('Learning rate');
  expect(valueLabel({ kind: 'text' }, 'exponential')).toBe('Exponential');
});

test('a field that is set again keeps its place, and a removed one is gone', () => {
  expect(Object.keys(withKey({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b']);
  expect(withKey({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
});
