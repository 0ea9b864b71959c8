import { cp, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { layers as tfLayers } from '../../src/engine/model/layers-model/tfjs-layers';
import { writeCheckpoint } from '../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../src/engine/model/layers-model/content';
import type { LayersModel } from '../../src/engine/model/layers-model/tfjs-layers';
import { CancelledError, UserError } from '../../src/protocol/errors';
import { Recipe } from '../../src/protocol/recipe';
import { writeTinyData } from '../fixtures/tiny-data';
import { writeOtherData, type OtherData } from './other-data';
import { TINY, writeRaw } from '../fixtures/tiny-model';
import type { Ask } from './ask';
import { writeCorpus } from './corpus';
import { packedSeeds, type PackedSeeds } from './packed-seeds';

/** The valid inputs that cases are bent from; all paths are absolute. */
export interface Seeds {
  /** Folders with a model.json. */
  readonly models: readonly string[];
  /** The model that `runs`, `scan` and recipes are about; it takes the images in `data`. */
  readonly model: string;
  readonly data: string;
  /** Data of other formats. */
  readonly others: readonly OtherData[];
  /** Folders of runs of `recipe`: one that was cancelled after an epoch, and one that is done. */
  readonly runs: readonly string[];
  readonly recipe: Recipe;
  /** The folder of a sensitivity scan. */
  readonly scan: string;
  /** Packed models of others; they are packed when they are first asked for. */
  readonly packed: () => Promise<PackedSeeds>;
}

const { conv2d, dense, flatten, maxPooling2d, batchNormalization, lstm, embedding, add, layerNormalization } =
  tfLayers.layers;
const inputShape = [TINY.size, TINY.size, 1];
const classes = () => dense({ units: TINY.classes, activation: 'softmax' });

/** Small networks of each kind of description. */
const networks: Record<string, () => LayersModel> = {
  convolution: () =>
    tfLayers.sequential({
      layers: [
        conv2d({ filters: 3, kernelSize: 3, inputShape, padding: 'same', useBias: false }),
        batchNormalization(),
        maxPooling2d({ poolSize: 2 }),
        flatten(),
        layerNormalization(),
        classes(),
      ],
    }),
  nested: () => {
    const base = tfLayers.sequential({
      layers: [conv2d({ filters: 2, kernelSize: 3, inputShape, activation: 'relu' }), flatten()],
    });
    const input = tfLayers.input({ shape: inputShape });
    const twice = add().apply([base.apply(input), base.apply(input)] as never);
    return tfLayers.model({ inputs: input, outputs: classes().apply(twice) as never });
  },
  recurrent: () =>
    tfLayers.sequential({
      layers: [embedding({ inputDim: 9, outputDim: 4, inputLength: 5 }), lstm({ units: 3 }), classes()],
    }),
};

async function writeNetworks(folder: string): Promise<string[]> {
  const written: string[] = [];
  for (const [name, make] of Object.entries(networks)) {
    const model = make();
    await writeCheckpoint(path.join(folder, name), fromLayersModel(model));
    model.dispose();
    written.push(path.join(folder, name));
  }
  return written;
}

/** Folders with a model.json directly below a folder. */
async function modelsIn(folder: string): Promise<string[]> {
  const files = await readdir(folder, { recursive: true, encoding: 'utf8' });
  const models = files.filter((file) => /^[^/\\]+[/\\]model\.json$/.test(file));
  return models.map((file) => path.join(folder, path.dirname(file))).sort();
}

const recipeOf = (checkpoint: string, data: string): Recipe =>
  Recipe.parse({
    recipeVersion: 1,
    checkpoint,
    data: normalized(data),
    steps: [
      { step: 'prune', amount: { sparsity: 0.5 } },
      { step: 'finetune', epochs: 3, batchSize: 12 },
      { step: 'evaluate' },
    ],
  });

/** Sources of further seeds: checkpoints made by Keras, and descriptions of many kinds. */
export interface Sources {
  /** Data and pictures that other programs wrote. */
  readonly data: string;
  readonly fixtures: string;
  readonly corpus: string;
  /** The model.json of a model of full size. */
  readonly sample: string;
}

/** Makes all seeds in a folder. */
export async function makeSeeds(
  folder: string,
  { fixtures, corpus, data: samples, sample }: Sources,
  ask: Ask,
): Promise<Seeds> {
  let packed: Promise<PackedSeeds> | undefined;
  const data = await writeTinyData(path.join(folder, 'data'));
  const model = path.dirname(await writeRaw(path.join(folder, 'tiny')));
  const recipe = recipeOf(model, data);
  const [unfinished, finished, scan] = ['unfinished', 'finished', 'scan'].map((name) => path.join(folder, name));
  const others = await writeOtherData(samples, path.join(folder, 'others'));
  for (const { folder: its, name } of others) await openOnce(model, path.join(its, name), ask);
  const request = { recipe, baseFolder: folder };
  const abort = new AbortController();
  const stopAfterEpoch = (event: { kind: string }): void => {
    if (event.kind === 'epoch') abort.abort();
  };
  try {
    await ask('run', { ...request, out: unfinished! }, { signal: abort.signal, report: stopAfterEpoch });
  } catch (error) {
    if (!(error instanceof CancelledError)) throw error;
  }
  await ask('run', { ...request, out: finished! });
  await ask('sensitivity', { ...scanOf(model, data), out: scan! });
  return {
    models: [
      model,
      ...(await writeCorpus(corpus, path.join(folder, 'corpus'))),
      ...(await writeNetworks(path.join(folder, 'networks'))),
      ...(await modelsIn(fixtures)),
    ],
    ...{ model, data, others, recipe, scan: scan!, runs: [unfinished!, finished!] },
    packed: () => (packed ??= packedSeeds(path.join(samples, 'cases'), sample)),
  };
}

/** Decoders load their code when they are first asked, which is no business of a case. */
async function openOnce(model: string, data: string, ask: Ask): Promise<void> {
  try {
    await ask('evaluate', { model: path.join(model, 'model.json'), data: normalized(data) });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
}

const normalized = (source: string) => ({ source, normalization: { mean: 0.5, std: 0.5 } });

/** The options of a scan, beside its folder. */
export const scanOf = (model: string, data: string) => ({
  model: path.join(model, 'model.json'),
  data: normalized(data),
  options: { sparsities: [0.5, 0.9], samples: 20, collapse: 1 },
});

/** A copy of a folder, links and all. */
export const copied = (from: string, to: string): Promise<void> => cp(from, to, { recursive: true });

/** Paths of all files below a folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name));
}

export const textOf = (file: string): Promise<string> => readFile(file, 'utf8');
