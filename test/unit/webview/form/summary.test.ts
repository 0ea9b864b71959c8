import { expect, test } from 'vitest';
import { withKey } from '../../../../src/webview/form/json';
import { labelOf, valueWords } from '../../../../src/webview/form/hints';
import { summaryOf } from '../../../../src/webview/form/summary';

test('a step in a few words', () => {
  expect(summaryOf({ step: 'prune', score: 'lamp', amount: { sparsity: 0.9 } })).toBe('LAMP \u00b7 sparsity 0.9');
  expect(summaryOf({ step: 'finetune', epochs: 4, gradual: { sparsity: 0.9, to: 2 } })).toBe(
    'epochs 4 \u00b7 gradual pruning',
  );
  expect(summaryOf({ step: 'prune', protect: ['a', 'b'], allowEmptyLayers: false })).toBe('protected layers: 2');
});

test('keys and values read as words', () => {
  expect(labelOf('learningRate')).toBe('Learning rate');
  expect(valueWords('exponential')).toBe('Exponential');
});

test('a field that is set again keeps its place, and one that is taken away is gone', () => {
  expect(Object.keys(withKey({ a: 1, b: 2 }, 'a', 3))).toEqual(['a', 'b']);
  expect(withKey({ a: 1, b: 2 }, 'a', undefined)).toEqual({ b: 2 });
});
