import { describe, expect, it } from 'vitest';
import { describeIssue } from '../../../src/protocol/errors';
import { Recipe } from '../../../src/protocol/recipe';

const complaint = (steps: unknown): string => {
  const parsed = Recipe.safeParse({ recipeVersion: 1, checkpoint: 'm', steps });
  return parsed.success ? 'none' : describeIssue(parsed.error);
};
const amount = (value: unknown) => complaint([{ step: 'prune', amount: value }]);

describe('the first issue of a recipe', () => {
  it('belongs to the kind of amount that was meant', () => {
    expect(amount({ threshold: -1 })).toBe('steps[0].amount.threshold: must be 0 or more');
    expect(amount({ threshold: 'much' })).toBe('steps[0].amount.threshold: must be a number, 0 or more');
    expect(amount({ sparsity: 'much' })).toBe('steps[0].amount.sparsity: must be a number from 0 to 1');
    expect(amount({ sparsity: 1.5 })).toBe('steps[0].amount.sparsity: must be from 0 to 1');
    expect(amount({ standardDeviations: NaN })).toBe('steps[0].amount.standardDeviations: must be a number, 0 or more');
  });

  it('names the unknown step', () => {
    expect(complaint([{ step: 'evaluate' }, { step: 'polish' }])).toBe(
      'steps[1].step: unknown step: use train, merge, prune, remove, factorize, compact, quantize, cluster, ternarize, binarize, distill, target, finetune, rewind, recalibrate, evaluate or pack',
    );
  });
});
