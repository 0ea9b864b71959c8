import path from 'node:path';
import { expect, test } from 'vitest';
import { movedRecipe, movedRecipeText, movedResultsText, stepsRead } from '../../../src/disk/moved-references';
import { Recipe } from '../../../src/protocol/recipe';

const move = { from: path.resolve('/work/runs/old'), to: path.resolve('/work/runs/new') };
const recipe = {
  recipeVersion: 1,
  checkpoint: '../old/model.json',
  seed: 3,
  steps: [
    { step: 'prune', amount: { sparsity: 0.5 }, protect: ['../old/model.json.not'] },
    { step: 'distill', student: '../old/epochs/epoch-01', teacher: '../older/model.json' },
  ],
};

test('a recipe follows a folder to its new name, and is written as its author wrote it', () => {
  const text = JSON.stringify(recipe, null, 4);
  const moved = movedRecipeText(text, '/work/runs/other', move);
  expect(moved).toBe(text.replace('"../old/model.json"', '"../new/model.json"').replace('old/epochs', 'new/epochs'));
  expect(moved).toContain('../older/model.json');
  expect(movedRecipeText(text, '/elsewhere/runs/other', move)).toBeUndefined();
  expect(movedRecipeText('{ "recipe', '/work/runs/other', move)).toBeUndefined();
  expect(movedRecipe(Recipe.parse(recipe), '/work/runs/other', move).checkpoint).toBe('../new/model.json');
});

test('absolute paths stay absolute', () => {
  const text = JSON.stringify({ ...recipe, checkpoint: path.join(move.from, 'model.json') });
  expect(movedRecipeText(text, '/work/runs/other', move)).toContain(JSON.stringify(path.join(move.to, 'model.json')));
});

test('a step that reads a checkpoint of the folder is known', () => {
  const parsed = Recipe.parse(recipe);
  expect(stepsRead(parsed, '/work/runs/other', move.from)).toBe(true);
  expect(stepsRead({ ...parsed, steps: parsed.steps.slice(0, 1) }, '/work/runs/other', move.from)).toBe(false);
});

test('the results of the moved run name its new place, and keep all else', () => {
  const results = { out: path.join(move.from, 'model.json'), folder: move.from, steps: [], note: 'old' };
  const moved = movedResultsText(JSON.stringify(results), move);
  expect(JSON.parse(moved ?? '')).toEqual({ ...results, out: path.join(move.to, 'model.json'), folder: move.to });
  expect(movedResultsText(JSON.stringify({ ...results, out: '/x/model.json', folder: '/x' }), move)).toBeUndefined();
});
