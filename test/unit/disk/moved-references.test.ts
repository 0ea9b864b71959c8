import path from 'node:path';
import { expect, test } from 'vitest';
import { movedRecipe, movedRecipeText, movedResultsText, readsIn } from '../../../src/disk/moved-references';
import { Recipe } from '../../../src/protocol/recipe';

/** A place beside the runs, absolute on every system. */
const at = (name: string): string => path.resolve('/runs', name);
const move = { from: at('old'), to: at('new') };
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
  const moved = movedRecipeText(text, at('other'), move);
  expect(moved).toBe(text.replace('"../old/model.json"', '"../new/model.json"').replace('old/epochs', 'new/epochs'));
  expect(moved).toContain('../older/model.json');
  expect(movedRecipeText(text, at('../elsewhere/other'), move)).toBeUndefined();
  expect(movedRecipeText('{ "recipe', at('other'), move)).toBeUndefined();
  expect(movedRecipe(Recipe.parse(recipe), at('other'), move).checkpoint).toBe('../new/model.json');
});

test('a folder with the name of a step is followed, and the step keeps its name', () => {
  const pruning = {
    recipeVersion: 1,
    checkpoint: 'prune',
    seed: 0,
    steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
  };
  const moved: unknown = JSON.parse(
    movedRecipeText(JSON.stringify(pruning), at('.'), { from: at('prune'), to: at('cut') }) ?? '',
  );
  expect(moved).toMatchObject({ checkpoint: 'cut', steps: [{ step: 'prune' }] });
});

test('absolute paths stay absolute', () => {
  const text = JSON.stringify({ ...recipe, checkpoint: path.join(move.from, 'model.json') });
  expect(movedRecipeText(text, at('other'), move)).toContain(JSON.stringify(path.join(move.to, 'model.json')));
});

test('a start and other files that a recipe reads in a folder are told apart', () => {
  const parsed = Recipe.parse(recipe);
  expect(readsIn(parsed, at('other'), move.from)).toEqual({ start: true, others: true });
  const pruning = { ...parsed, steps: parsed.steps.slice(0, 1) };
  expect(readsIn(pruning, at('other'), move.from)).toEqual({ start: true, others: false });
  const elsewhere = { ...pruning, checkpoint: '../cnn', data: '../old/pictures' };
  expect(readsIn(elsewhere, at('other'), move.from)).toEqual({ start: false, others: true });
  expect(readsIn({ ...elsewhere, data: 'fashion-mnist' }, at('other'), move.from).others).toBe(false);
});

test('data and layers follow too, and a layer with the name of a folder keeps it', () => {
  const mine = {
    ...{ recipeVersion: 1, checkpoint: 'old', data: { source: 'old/pictures' }, layers: 'old/own.mjs', seed: 0 },
    steps: [{ step: 'prune', amount: { sparsity: 0.5 }, protect: ['old'] }],
  };
  const moved: unknown = JSON.parse(movedRecipeText(JSON.stringify(mine), at('.'), move) ?? '');
  expect(moved).toMatchObject({
    ...{ checkpoint: 'new', data: { source: 'new/pictures' }, layers: 'new/own.mjs' },
    steps: [{ protect: ['old'] }],
  });
});

test('a recipe that moves along still names its files, in its folder and out of it', () => {
  const place = path.join(move.from, 'epochs', 'epoch-3', 'again');
  const own = {
    ...{ recipeVersion: 1, seed: 0, checkpoint: '..', data: '../../../../pictures', layers: '../../../../old/own.mjs' },
    steps: [
      { step: 'rewind', to: path.join(move.from, 'epochs', 'epoch-1') },
      { step: 'finetune', epochs: 1, distill: { teacher: '../../../model.json' } },
    ],
  };
  expect(JSON.parse(movedRecipeText(JSON.stringify(own), place, move) ?? '')).toEqual({
    ...{ ...own, layers: '../../../own.mjs' },
    steps: [{ ...own.steps[0], to: path.join(move.to, 'epochs', 'epoch-1') }, own.steps[1]],
  });
  const { layers: _, ...rest } = own;
  expect(movedRecipeText(JSON.stringify({ ...rest, steps: own.steps.slice(1) }), place, move)).toBeUndefined();
});

test('the results of the moved run name its new place, and keep all else', () => {
  const results = { out: path.join(move.from, 'model.json'), folder: move.from, steps: [], note: 'old' };
  const moved = movedResultsText(JSON.stringify(results), move);
  expect(JSON.parse(moved ?? '')).toEqual({ ...results, out: path.join(move.to, 'model.json'), folder: move.to });
  expect(
    movedResultsText(JSON.stringify({ ...results, out: at('other/model.json'), folder: at('other') }), move),
  ).toBeUndefined();
});
