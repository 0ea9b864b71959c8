import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Recipe } from '../../../src/protocol/recipe';
import { Allowance, smallestSteps } from '../../../src/protocol/smallest';

it('the recipe that ships is the one that the button makes', async () => {
  const text = await readFile('media/recipes/smallest.recipe.json', 'utf8');
  const { steps } = Recipe.parse(JSON.parse(text));
  expect(steps).toEqual(Recipe.parse({ recipeVersion: 1, checkpoint: 'net', steps: smallestSteps('some') }).steps);
});

it('less accuracy gives more zeros and no more values', () => {
  const amounts = Allowance.options.map((allowance) => {
    const { steps } = Recipe.parse({ recipeVersion: 1, checkpoint: 'net', steps: smallestSteps(allowance) });
    const cluster = steps.find((step) => step.step === 'cluster');
    const gradual = steps.flatMap((step) => (step.step === 'finetune' ? (step.gradual ?? []) : []));
    return { sparsity: gradual[0]!.sparsity, clusters: cluster!.clusters };
  });
  for (const [i, { sparsity, clusters }] of amounts.slice(1).entries()) {
    expect(sparsity).toBeGreaterThan(amounts[i]!.sparsity);
    expect(clusters).toBeLessThanOrEqual(amounts[i]!.clusters);
  }
});
