import { expect, test } from 'vitest';
import { jobRecipe, recipeText } from '../../../../src/extension/runs/job-recipe';
import { jobRun } from '../../../../src/extension/runs/job-request';
import { UserError } from '../../../../src/protocol/errors';
import type { RecipeJob } from '../../../../src/protocol/panel';
import { Recipe } from '../../../../src/protocol/recipe';
import { FinetuneStep } from '../../../../src/protocol/steps/finetune';
import { PruneStep } from '../../../../src/protocol/steps/prune';

const prune = PruneStep.parse({ step: 'prune', amount: { sparsity: 0.9 } });
const finetune = FinetuneStep.parse({ step: 'finetune' });
const job = (folder = 'cnn-pruned-90'): RecipeJob => ({ steps: [prune], seed: 3, folder });

test('only prunes without data', () => {
  const recipe = jobRecipe(job(), '/ws/cnn/model.json', undefined);
  expect(recipe).toMatchObject({ checkpoint: '/ws/cnn/model.json', seed: 3, steps: [prune] });
  expect(recipe).not.toHaveProperty('data');
});

test('has the steps in order, and the chosen data', () => {
  const recipe = jobRecipe({ ...job(), steps: [prune, finetune] }, 'cnn/model.json', 'fashion-mnist');
  expect(recipe.data).toBe('fashion-mnist');
  expect(recipe.steps).toEqual([prune, finetune]);
  expect(Recipe.parse(recipe)).toEqual(recipe);
});

test('its text is the same recipe, with the schema first', () => {
  const recipe = jobRecipe(job(), 'cnn/model.json', 'fashion-mnist');
  const text = recipeText({ ...recipe, $schema: 'old' }, 'new');
  expect(text).toMatch(/^\{\n {2}"\$schema": "new",\n/);
  expect(text.endsWith('}\n')).toBe(true);
  expect(Recipe.parse(JSON.parse(text))).toEqual({ ...recipe, $schema: 'new' });
});

test('a run goes into a new folder beside the model, and nowhere else', () => {
  const run = jobRun(job(), '/ws/cnn/model.json', '/ws', undefined);
  expect(run).toMatchObject({ title: 'Prune cnn', out: '/ws/cnn-pruned-90', baseFolder: '/ws/cnn', resume: false });
  expect(() => jobRun(job('../away'), '/ws/cnn/model.json', '/ws', undefined)).toThrow(UserError);
  expect(() => jobRun(job('tmp'), '/cnn/model.json', undefined, undefined)).toThrow(/exists: choose another name/);
});
