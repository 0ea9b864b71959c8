import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { storedBytes } from '../../src/engine/checkpoint/dtype';
import { ModelJson } from '../../src/protocol/checkpoint';

/** Shards in the corpus are small. */
const MAX_BYTES = 2 ** 20;

/**
 * Writes the models of the corpus, each into a folder of its own. The corpus holds descriptions alone: the shards that
 * they name are filled with small weights here.
 * @returns the folders
 */
export async function writeCorpus(corpus: string, folder: string): Promise<string[]> {
  const names = (await readdir(corpus)).filter((name) => name.endsWith('.json')).sort();
  return Promise.all(
    names.map((name) => writeModel(path.join(corpus, name), path.join(folder, path.parse(name).name))),
  );
}

async function writeModel(description: string, folder: string): Promise<string> {
  const text = await readFile(description, 'utf8');
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'model.json'), text);
  for (const { paths, weights } of ModelJson.parse(JSON.parse(text)).weightsManifest) {
    const bytes = Math.min(
      MAX_BYTES,
      weights.reduce((sum, entry) => sum + storedBytes(entry), 0),
    );
    const values = Float32Array.from({ length: Math.ceil(bytes / 4) }, (_, i) => ((i % 7) - 3) / 10);
    await writeFile(path.join(folder, paths[0]!), new Uint8Array(values.buffer, 0, bytes));
  }
  return folder;
}
