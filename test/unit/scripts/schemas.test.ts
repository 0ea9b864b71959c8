import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
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
