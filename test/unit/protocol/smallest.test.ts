import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { Recipe } from '../../../src/protocol/recipe';
import { Allowance, SMALLEST_STAGES, smallestSteps } from '../../../src/protocol/smallest';

it('the recipe that ships is the one that the button makes', async () => {
  const text = await readFile('media/recipes/smallest.recipe.json', 'utf8');
  const { steps } = Recipe.parse(JSON.parse(text));
  expect(steps).toEqual(
    Recipe.parse({ recipeVersion: 1, checkpoint: 'net', steps: smallestSteps('some', true) }).steps,
  );
});

it('every stage counts its zeros over the model before layers were merged', () => {
  const [merge, ...steps] = smallestSteps('most', true);
  expect(merge).toMatchObject({ step: 'merge', ifNothing: 'go-on' });
  const gradual = steps.flatMap((step) => (step.step === 'finetune' && step.gradual ? [step.gradual] : []));
  expect(gradual.map(({ shareOf }) => shareOf)).toEqual(SMALLEST_STAGES.map(() => 'start'));
});

it('less accuracy goes on from the files of more, to more zeros and no more values', () => {
  const all = Allowance.options.map((allowance) => smallestSteps(allowance, true));
  for (const [i, steps] of all.slice(1).entries()) {
    expect(steps.length).toBeGreaterThan(all[i]!.length);
    expect(steps.slice(0, all[i]!.length)).toEqual(all[i]);
  }
  expect(() => Recipe.parse({ recipeVersion: 1, checkpoint: 'net', steps: smallestSteps('most', true) })).not.toThrow();
  for (const [i, { sparsity, clusters }] of SMALLEST_STAGES.slice(1).entries()) {
    expect(sparsity).toBeGreaterThan(SMALLEST_STAGES[i]!.sparsity);
    expect(clusters).toBeLessThanOrEqual(SMALLEST_STAGES[i]!.clusters);
  }
  expect(new Set(SMALLEST_STAGES.map(({ name }) => name)).size).toBe(SMALLEST_STAGES.length);
});

it('images are moved while weights are pruned, and nothing else is', () => {
  const moved = (images: boolean): unknown[] =>
    smallestSteps('most', images).flatMap((step) => ('augment' in step ? [step.augment] : []));
  expect(moved(false)).toEqual([]);
  expect(moved(true)).toHaveLength(SMALLEST_STAGES.length);
});
