import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { inRoot } from './setup/paths';
import { DATA_SCHEMA_FILE, dataSchemaText, RECIPE_SCHEMA_FILE, recipeSchemaText } from './setup/recipe-schema';
import { runMain } from './setup/run-main';

runMain(async () => {
  const texts = { [RECIPE_SCHEMA_FILE]: await recipeSchemaText(), [DATA_SCHEMA_FILE]: await dataSchemaText() };
  for (const [name, text] of Object.entries(texts)) {
    const file = inRoot(name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
    console.log(`Wrote ${name}`);
  }
});
