import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import { z } from 'zod';
import { inRoot } from './setup/paths';
import { DATA_SCHEMA_FILE, dataSchemaText, RECIPE_SCHEMA_FILE, recipeSchemaText } from './setup/recipe-schema';
import { runMain } from './setup/run-main';
import { toolContributions } from './setup/tool-contributions';

/** Records keep the order of their keys. */
const Manifest = z.record(z.string(), z.unknown());

runMain(async () => {
  const manifest = Manifest.parse(JSON.parse(await readFile(inRoot('package.json'), 'utf8')));
  manifest['contributes'] = { ...Manifest.parse(manifest['contributes']), languageModelTools: toolContributions() };
  const texts = {
    [RECIPE_SCHEMA_FILE]: await recipeSchemaText(),
    [DATA_SCHEMA_FILE]: await dataSchemaText(),
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
  };
  for (const [name, text] of Object.entries(texts)) {
    const file = inRoot(name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFileAtomic(file, text);
    console.log(`Wrote ${name}`);
  }
});
