import { describe, expect, it } from 'vitest';
import { validateRecipe } from '../../../src/engine/recipe/validation';
import { hashRecipe, relocated } from '../../../src/engine/recipe/provenance';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';

const recipe = (input: Omit<RecipeInput, 'recipeVersion'>): Recipe => Recipe.parse({ recipeVersion: 1, ...input });
const train = { step: 'train', architecture: 'lenet-5' } as const;
const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
const finetune = { step: 'finetune' } as const;
const evaluate = { step: 'evaluate' } as const;

describe('the order of steps', () => {
  it.each([
    [{ steps: [prune] }, /^Step 1 of the recipe \(prune\) needs a model: .*"checkpoint"/],
    [{ checkpoint: 'm', data: 'd', steps: [train] }, /starts from random weights, but the recipe names a checkpoint/],
    [{ data: 'd', steps: [train, prune, train] }, /Step 3 of the recipe \(train\) would throw away/],
    [{ checkpoint: 'm', steps: [prune, finetune] }, /Step 2 of the recipe \(finetune\) needs a dataset/],
    [{ steps: [train] }, /Step 1 of the recipe \(train\) needs a dataset/],
    [{ checkpoint: 'm', steps: [prune, evaluate] }, /Step 2 of the recipe \(evaluate\) needs a dataset/],
    [{ checkpoint: 'm', steps: [{ step: 'prune' }] }, /does not say how much to prune/],
    [{ checkpoint: 'm', steps: [{ step: 'prune', layers: {} }] }, /does not say how much to prune/],
  ] as const)('%# that cannot work is refused', (input, sentence) => {
    expect(() => validateRecipe(recipe(input as never))).toThrow(sentence);
  });

  it('that can work is let through', () => {
    validateRecipe(recipe({ data: 'd', steps: [train, evaluate, prune, finetune, prune, finetune, evaluate] }));
    validateRecipe(recipe({ checkpoint: 'm', steps: [prune] }));
  });
});

describe('a recipe that moves', () => {
  const original = recipe({ checkpoint: 'nets/a', data: 'images', steps: [prune, finetune] });

  it('still names the same files', () => {
    const moved = relocated(original, '/somewhere/work', '/somewhere/runs/one');
    expect(moved).toMatchObject({ checkpoint: '../../work/nets/a', data: '../../work/images' });
    expect(relocated(recipe({ ...original, data: 'fashion-mnist' }), '/a', '/b').data).toBe('fashion-mnist');
  });

  it('keeps its hash; one that says something else has another', () => {
    expect(hashRecipe(relocated(original, '/somewhere/work', '/elsewhere'))).toBe(hashRecipe(original));
    expect(hashRecipe(recipe({ ...original, $schema: 'x' }))).toBe(hashRecipe(original));
    for (const other of [{ seed: 1 }, { data: 'others' }, { steps: [prune] }])
      expect(hashRecipe(recipe({ ...original, ...other }))).not.toBe(hashRecipe(original));
  });
});
