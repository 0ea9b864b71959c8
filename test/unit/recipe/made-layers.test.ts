import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { readGraph } from '../../../src/engine/model/graph';
import type { RecipeStepInput } from '../../../src/protocol/steps';
import { Bench } from './runs';

let bench: Bench;
afterAll(() => rm(bench.folder, { recursive: true, force: true }));
beforeAll(async () => {
  bench = await Bench.make(await mkdtemp(path.join(tmpdir(), 'secateur-made-')));
  const input = layers.input({ shape: [6, 6, 1], name: 'image' });
  const convolution = (name: string, filters: number) =>
    layers.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const first = convolution('conv1', 8).apply(input) as layers.SymbolicTensor;
  const second = convolution('conv2', 12).apply(first) as layers.SymbolicTensor;
  const flat = layers.layers.flatten({ name: 'flat' }).apply(second) as layers.SymbolicTensor;
  const hidden = layers.layers.dense({ units: 16, name: 'hidden', activation: 'relu' }).apply(flat) as layers.SymbolicTensor; // prettier-ignore
  const outputs = layers.layers.dense({ units: 3, name: 'out', activation: 'softmax' }).apply(hidden) as layers.SymbolicTensor; // prettier-ignore
  const model = layers.model({ inputs: input, outputs });
  await writeCheckpoint(bench.path('deep'), fromLayersModel(model));
  model.dispose();
});

let runs = 0;
async function run(...steps: RecipeStepInput[]) {
  const out = `run-${runs++}`;
  try {
    await bench.run({ checkpoint: 'deep', data: 'shapes', steps }, { out });
    return readGraph(await readCheckpoint(bench.path(out, 'model.json'))).layers;
  } catch (error) {
    return { error: String(error), files: await readdir(bench.path(out)).catch(() => []) };
  }
}

const sparsity = (layer: string): RecipeStepInput => ({
  ...{ step: 'prune', scope: 'layer' },
  layers: { [layer]: { sparsity: 0.5 } },
});

describe('a later step', () => {
  it.each<[string, RecipeStepInput, string]>([
    ['a rank by name', { step: 'factorize', layers: ['conv2'], ranks: { conv2: 4 } }, 'conv2_out'],
    ['a rank of a dense layer', { step: 'factorize', layers: ['hidden'], amount: { rank: 2 } }, 'hidden_in'],
    ['a scheme with a core', { step: 'factorize', layers: ['conv2'], scheme: 'tucker', amount: { rank: 3 } }, 'conv2_core'], // prettier-ignore
    ['a part after a depthwise one', { step: 'factorize', layers: ['conv2'], scheme: 'cp', amount: { rank: 3 } }, 'conv2_out'], // prettier-ignore
    ['a share of the work', { step: 'factorize', layers: ['conv2'], amount: { macs: 0.4 } }, 'conv2_out'],
    ['a compact form', { step: 'compact', form: 'separable', amount: { macs: 0.5 }, layers: ['conv2'] }, 'conv2_out'],
    ['a form by hand', { step: 'compact', amount: { channels: 0.25 }, layers: ['conv2'] }, 'conv2_in'],
  ])('names a layer that an earlier one makes: %s', async (_, step, name) => {
    const made = await run(step, sparsity(name));
    if ('error' in made) throw new Error(made.error);
    const layer = made.find((one) => one.name === name)!;
    const kernel = layer.tensors.find((one) => one.kernel)!.tensor.data;
    expect(kernel.filter((value) => value === 0).length).toBe(Math.round(kernel.length / 2));
  });

  it('is refused before anything is written where it names what no step makes', async () => {
    const factorize: RecipeStepInput = { step: 'factorize', layers: ['conv2'], ranks: { conv2: 4 } };
    expect(await run(factorize, sparsity('conv2_inner'))).toMatchObject({
      error: expect.stringContaining('The model has no layer "conv2_inner"') as unknown,
      files: [],
    });
    // It is certain that this one goes.
    expect(await run(factorize, sparsity('conv2'))).toMatchObject({
      error: expect.stringContaining('The model has no layer "conv2"') as unknown,
      files: [],
    });
    expect(await run({ step: 'compact', amount: { multiplier: 1 }, layers: ['conv2'] }, sparsity('conv2_in'))).toMatchObject({ files: [] }); // prettier-ignore
  });

  it('is refused before the training between where the run makes other layers than it names', async () => {
    const share: RecipeStepInput = { step: 'factorize', layers: ['conv2'], amount: { macs: 0.4 } };
    const names = await run(share);
    if ('error' in names) throw new Error(names.error);
    const missing = ['conv2', 'conv2_core'].find((name) => !names.some((one) => one.name === name))!;
    const refused = await run(share, { step: 'finetune', epochs: 1, batchSize: 20 }, sparsity(missing));
    if (!('error' in refused)) throw new Error('a layer that is not there was pruned');
    expect(refused.error).toContain(`The model has no layer "${missing}"`);
    expect(refused.files).not.toContain('epochs');
    expect(refused.files).not.toContain('model.json');
  });
});
