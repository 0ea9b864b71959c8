import { expect, test } from 'vitest';
import { epochsProblem } from '../../../../src/extension/commands/epochs';
import { parseRecipe, recipeName } from '../../../../src/extension/commands/recipe-file';
import { UserError } from '../../../../src/protocol/errors';

test('reads a recipe with its defaults', () => {
  const text = '{"recipeVersion":1,"steps":[{"step":"train","architecture":"lenet-5"}]}';
  expect(parseRecipe(text, 'a.json').steps[0]).toMatchObject({ epochs: 9, batchSize: 100 });
});

test.each([
  ['no JSON', '{"recipeVersion":', /^"a\.recipe\.json" is not JSON: .+\.$/],
  ['an unknown step', '{"recipeVersion":1,"steps":[{"step":"shred"}]}', /steps\[0\].*unknown step.*train, merge/],
  ['a newer version', '{"recipeVersion":2,"steps":[{"step":"evaluate"}]}', /recipeVersion: must be 1/],
  [
    'a negative threshold',
    '{"recipeVersion":1,"steps":[{"step":"prune","amount":{"threshold":-1}}]}',
    /steps\[0\]\.amount\.threshold: must be 0 or more/,
  ],
])('%s is refused with one sentence that names the place', (_, text, words) => {
  expect(() => parseRecipe(text, 'a.recipe.json')).toThrow(UserError);
  expect(() => parseRecipe(text, 'a.recipe.json')).toThrow(words);
});

test('a run has the name of its recipe', () => {
  expect(recipeName('/ws/prune-90.recipe.json')).toBe('prune-90');
  expect(recipeName('/ws/job.json')).toBe('job');
});

test.each(['1', '9', ' 20 ', '10000'])('%j epochs are valid', (text) => expect(epochsProblem(text)).toBeUndefined());
test.each(['', '0', '-1', '1.5', '1e3', 'nine', '10001'])('%j epochs are not valid', (text) =>
  expect(epochsProblem(text)).toMatch(/whole number/),
);
