import { expect, test } from 'vitest';
import { pruneRecipe, recipeText } from '../../../../src/extension/prune/recipe';
import { pruneRun } from '../../../../src/extension/prune/run';
import { UserError } from '../../../../src/protocol/errors';
import type { PruneJob } from '../../../../src/protocol/panel';
import { Recipe } from '../../../../src/protocol/recipe';
import { PruneStep } from '../../../../src/protocol/steps/prune';

const prune = PruneStep.parse({ step: 'prune', amount: { sparsity: 0.9 } });
const job = (fineTuneEpochs: number, folder = 'cnn-pruned-90'): PruneJob => ({ prune, folder, fineTuneEpochs });

test('prunes only, without data', () => {
  const recipe = pruneRecipe(job(0), '/ws/cnn/model.json', undefined);
  expect(recipe).toMatchObject({ checkpoint: '/ws/cnn/model.json', steps: [prune] });
  expect(recipe).not.toHaveProperty('data');
});

test('fine-tunes with the data that was chosen', () => {
  const recipe = pruneRecipe(job(2), 'cnn/model.json', 'fashion-mnist');
  expect(recipe.data).toBe('fashion-mnist');
  expect(recipe.steps.map(({ step }) => step)).toEqual(['prune', 'finetune']);
  expect(recipe.steps[1]).toMatchObject({ epochs: 2 });
});

test('cannot fine-tune without data', () => {
  expect(() => pruneRecipe(job(1), 'm.json', undefined)).toThrow(UserError);
});

test('as text it is the same recipe, with the schema first', () => {
  const recipe = pruneRecipe(job(2), 'cnn/model.json', 'fashion-mnist');
  const text = recipeText({ ...recipe, $schema: 'old' }, 'new');
  expect(text).toMatch(/^\{\n {2}"\$schema": "new",\n/);
  expect(text.endsWith('}\n')).toBe(true);
  expect(Recipe.parse(JSON.parse(text))).toEqual({ ...recipe, $schema: 'new' });
});

test('a run goes into a new folder beside the model, and nowhere else', () => {
  const run = pruneRun(job(0), '/ws/cnn/model.json', '/ws', undefined);
  expect(run).toMatchObject({ title: 'Prune cnn', out: '/ws/cnn-pruned-90', baseFolder: '/ws/cnn', resume: false });
  expect(() => pruneRun(job(0, '../away'), '/ws/cnn/model.json', '/ws', undefined)).toThrow(UserError);
  expect(() => pruneRun(job(0, 'tmp'), '/cnn/model.json', undefined, undefined)).toThrow(/is there already/);
});
