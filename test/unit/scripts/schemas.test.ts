import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { RECIPE_SCHEMA_FILE, recipeSchemaText } from '../../../scripts/setup/recipe-schema';

test('the published recipe schema is what src/protocol/recipe.ts says: run `npm run schemas` if this fails', async () => {
  expect(await readFile(RECIPE_SCHEMA_FILE, 'utf8')).toBe(await recipeSchemaText());
});
