import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { inRoot } from './setup/paths';
import { RECIPE_SCHEMA_FILE, recipeSchemaText } from './setup/recipe-schema';
import { runMain } from './setup/run-main';

runMain(async () => {
  const file = inRoot(RECIPE_SCHEMA_FILE);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFileAtomic(file, await recipeSchemaText());
  console.log(`Wrote ${RECIPE_SCHEMA_FILE}`);
});
