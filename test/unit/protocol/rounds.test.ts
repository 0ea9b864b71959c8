import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { unrollRounds } from '../../../src/protocol/rounds';
import { RecipeStep, type RecipeStepInput } from '../../../src/protocol/steps';

const prune = { step: 'prune', score: 'lamp' } as const;
const finetune = { step: 'finetune', epochs: 2 } as const;
const sparsities = (steps: readonly RecipeStepInput[]): number[] =>
  steps.flatMap((step) =>
    step.step === 'prune' && step.amount && 'sparsity' in step.amount ? [step.amount.sparsity] : [],
  );

describe('rounds', () => {
  it('unroll into steps of a recipe', () => {
    const steps = unrollRounds({ rounds: 3, sparsity: 0.875, prune, rewind: 'early', finetune });
    expect(steps.map(({ step }) => step)).toEqual(Array(3).fill(['prune', 'rewind', 'finetune']).flat());
    sparsities(steps).forEach((sparsity, i) => {
      expect(sparsity).toBeCloseTo([0.5, 0.75, 0.875][i]!, 12);
    });
    expect(steps.map((step) => RecipeStep.parse(step))).toMatchObject(steps);
    expect(unrollRounds({ rounds: 1, sparsity: 0.5, prune, finetune })).toEqual([
      { ...prune, amount: { sparsity: 0.5 } },
      finetune,
    ]);
  });

  it('keep the same share of the remaining weights each time, and end at the requested sparsity', () => {
    const share = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(share, share, fc.integer({ min: 1, max: 20 }), (a, b, rounds) => {
        const [initialSparsity, sparsity] = [Math.min(a, b), Math.max(a, b)];
        const found = sparsities(unrollRounds({ rounds, sparsity, initialSparsity, prune, finetune }));
        expect(found).toHaveLength(rounds);
        expect(found.at(-1)).toBe(sparsity);
        const kept = [initialSparsity, ...found].map((one) => 1 - one);
        const first = kept[1]! / kept[0]!;
        for (let i = 1; i < kept.length; i++) expect(kept[i]! / kept[i - 1]!).toBeCloseTo(first, 6);
      }),
    );
  });
});
