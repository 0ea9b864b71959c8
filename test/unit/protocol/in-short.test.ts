import { afterEach, expect, test } from 'vitest';
import { useTexts } from '../../../src/protocol/l10n';
import { stepInShort } from '../../../src/protocol/steps/in-short';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';

const words = (...steps: RecipeInput['steps']): string[] =>
  Recipe.parse({ recipeVersion: 1, steps }).steps.map(stepInShort);

test('a step has its main amount beside its name: shares as percent, counts as numbers', () => {
  expect(
    words(
      { step: 'prune', amount: { sparsity: 0.29 } },
      { step: 'prune', amount: { sparsity: 0.995 } },
      { step: 'prune', amount: { threshold: 0.5 } },
      { step: 'factorize', amount: { rank: 1 } },
      { step: 'factorize', amount: { energy: 0.9 } },
      { step: 'compact', amount: { multiplier: 1 } },
      { step: 'compact', amount: { macs: 0.25 } },
      { step: 'finetune', epochs: 2 },
    ),
  ).toEqual([
    'prune 29%',
    'prune 99.5%',
    'prune threshold 0.5',
    'factorize rank 1',
    'factorize energy 90%',
    'compact multiplier 1',
    'compact macs 25%',
    'finetune 2',
  ]);
});

afterEach(() => useTexts(undefined));

test('another language has its own name for a step', () => {
  useTexts({ 'Fine-tune': '微调' });
  expect(words({ step: 'finetune', epochs: 2 }, { step: 'prune', amount: { sparsity: 0.5 } })).toEqual([
    '微调 2',
    'prune 50%',
  ]);
});
