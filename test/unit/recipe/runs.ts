import { createHash } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { tf } from '../../../src/engine/tf';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { openDataset } from '../../../src/engine/dataset/dataset';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { runRecipe } from '../../../src/engine/recipe/run';
import type { RunEnvironment } from '../../../src/engine/recipe/types';
import { FOR_NEW_NETWORKS } from '../../../src/protocol/normalization';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';
import type { RunEvent, RunResult } from '../../../src/protocol/run';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { tinyNetwork } from '../train/tiny';

/** A folder with a small dataset, `shapes`, and a small random network, `net`, in which runs are made. */
export class Bench {
  private constructor(readonly folder: string) {}

  /** @param given a folder that its maker removes; by default one that goes with the test */
  static async make(given?: string): Promise<Bench> {
    await tf.setBackend('cpu');
    const folder = given ?? (await temporaryFolder());
    await writeTinyDataset(path.join(folder, 'shapes'), { train: 240, test: 90, size: 6, classes: 3 });
    const model = tinyNetwork(1);
    await writeCheckpoint(path.join(folder, 'net'), fromLayersModel(model));
    model.dispose();
    return new Bench(folder);
  }

  /** Replaces a small dataset by one of larger images. */
  async data(name: string, size: number): Promise<void> {
    await rm(this.path(name), { recursive: true, force: true });
    await writeTinyDataset(this.path(name), { train: 240, test: 90, size, classes: 3 });
  }

  path(...parts: string[]): string {
    return path.join(this.folder, ...parts);
  }

  /** Runs a recipe; `watch` hears its events and may cancel. */
  run(
    input: Omit<RecipeInput, 'recipeVersion'>,
    options: {
      out?: string;
      resume?: boolean;
      threads?: number;
      /** Nobody says how pixels enter the network. */
      untold?: boolean;
      watch?: (event: RunEvent, cancel: () => void) => void;
    } = {},
  ): Promise<RunResult> {
    const abort = new AbortController();
    const { out = 'out', resume = false, threads = 1, untold = false, watch } = options;
    const request = {
      recipe: Recipe.parse({ recipeVersion: 1, ...input }),
      baseFolder: this.folder,
      out: this.path(out),
      resume,
    };
    const report = (event: RunEvent): void => watch?.(event, () => abort.abort());
    const backend = { ...environment.backend, threads };
    const openData: RunEnvironment['openData'] = async (data, baseFolder, listener) => {
      const opened = await environment.openData(data, baseFolder, listener);
      return untold ? opened.giving(undefined) : opened;
    };
    return runRecipe(request, { ...environment, backend, openData }, { signal: abort.signal, report });
  }

  /** The SHA-256 of each file of checkpoints below a folder. */
  async hashes(out: string): Promise<Record<string, string>> {
    const names = await readdir(this.path(out), { recursive: true });
    const files = names.filter((name) => /model\.json$|\.bin$/.test(name)).sort();
    const hashed = files.map(async (name) => [
      name,
      createHash('sha256')
        .update(await readFile(this.path(out, name)))
        .digest('hex'),
    ]);
    return Object.fromEntries((await Promise.all(hashed)) as [string, string][]);
  }
}

const environment: RunEnvironment = {
  version: '0.0.0',
  backend: { name: 'cpu', version: '4.22.0', threads: 1 },
  openData: async (data, baseFolder, { signal }) => {
    const nowhere = path.join(baseFolder, 'nowhere');
    const places = { sampleFolder: nowhere, cacheFolder: nowhere };
    const opened = await openDataset(data, baseFolder, places, { download: false, signal });
    // Networks that never saw an image do not tell how pixels are to enter them.
    return opened.given ? opened : opened.giving(FOR_NEW_NETWORKS);
  },
};
