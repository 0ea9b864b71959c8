import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { recipeSnippet, stepSnippet } from '../../../scripts/setup/recipe-snippets';
import { Recipe } from '../../../src/protocol/recipe';
import { RecipeStep, stepNames } from '../../../src/protocol/steps';
import {
  DATA_SCHEMA_FILE,
  dataSchemaText,
  RECIPE_SCHEMA_FILE,
  recipeSchemaText,
} from '../../../scripts/setup/recipe-schema';

test('the published schemas are what src/protocol says: run `npm run schemas` if this fails', async () => {
  expect(await readFile(RECIPE_SCHEMA_FILE, 'utf8')).toBe(await recipeSchemaText());
  expect(await readFile(DATA_SCHEMA_FILE, 'utf8')).toBe(await dataSchemaText());
});

/** What an editor writes for a snippet of which every place is left as it is. */
const written = (body: unknown): unknown =>
  JSON.parse(
    JSON.stringify(body)
      .replaceAll(/"\^\$\{\d+:([^}]*)\}"/g, '$1')
      .replaceAll(/\$\{\d+:([^}]*)\}/g, '$1'),
  );

test.each(stepNames)('the snippet of the step %s is a valid step', (name) => {
  expect(RecipeStep.parse(written(stepSnippet(name).body)).step).toBe(name);
});

test('the snippet of a recipe is a valid recipe, and the schema says what values mean', async () => {
  expect(Recipe.parse(written(recipeSnippet.body)).steps).toHaveLength(1);
  expect(await recipeSchemaText()).toMatch(
    /"enum": \["global", "layer"\],\s+"enumDescriptions": \[\s+"The least important weights go wherever they are\./,
  );
});
