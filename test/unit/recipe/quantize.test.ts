import { cpSync, existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LOCK_FILE } from '../../../src/protocol/run-folder';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { CancelledError } from '../../../src/protocol/errors';
import { activationGrids } from '../../../src/engine/model/activation-grids';
import { readGraph } from '../../../src/engine/model/graph';
import { kernelChannels } from '../../../src/engine/model/kernel-channels';
import { levelsOf } from '../../../src/engine/train/constraints/steps';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { tf } from '../../../src/engine/tf';
import type { StepResult } from '../../../src/protocol/steps';
import { storedAsFloats } from '../../../src/protocol/steps/quantize';
import { Bench } from './runs';

const prune = { step: 'prune', amount: { sparsity: 0.6 } } as const;
const quantized = (steps: readonly StepResult[]) => {
  const found = steps.find((one): one is Extract<StepResult, { step: 'quantize' }> => one.step === 'quantize');
  if (!found) throw new Error('nothing was quantized');
  return found;
};

it('kernels are stored in 8 bits, pruned weights stay 0, and the accuracy is that of the files', async () => {
  const bench = await Bench.make();
  const recipe = { checkpoint: 'net', data: 'shapes', steps: [prune, { step: 'quantize' as const }] };
  const { steps, out, after, metrics } = await bench.run(recipe);
  const written = await readCheckpoint(out);
  const kernels = [...written.tensors.values()].filter(({ name }) => name.endsWith('kernel'));
  const biases = [...written.tensors.values()].filter(({ name }) => name.endsWith('bias'));
  expect(kernels.every(({ quantization }) => quantization?.dtype === 'uint8')).toBe(true);
  expect(biases.every(({ quantization }) => quantization === undefined)).toBe(true);
  expect(after.sparsity).toBeGreaterThanOrEqual(0.6);
  const { layers, metrics: measured } = quantized(steps);
  expect(metrics.afterPrune).toEqual(measured);
  const changed = layers.filter(({ state }) => state === 'quantized');
  for (const { error, bytes } of changed) {
    expect(error).toBeLessThan(0.02);
    expect(bytes.after).toBeLessThan(bytes.before);
  }
  expect(layers.filter(({ state }) => state === 'kept').every(({ reason }) => reason)).toBe(true);
});

it('stock TensorFlow.js reads the same values', async () => {
  const bench = await Bench.make();
  const { out } = await bench.run({
    checkpoint: 'net',
    steps: [{ step: 'quantize', bits: 'uint16', weights: 'all' }],
  });
  const written = await readCheckpoint(out);
  const tensors = [...written.tensors.values()];
  expect(tensors.every(({ quantization }) => quantization?.dtype === 'uint16')).toBe(true);
  const { modelTopology, weightsManifest } = written.json;
  const shards = weightsManifest.flatMap(({ paths }) => paths).map((name) => path.join(written.folder, name));
  const bytes = Buffer.concat(await Promise.all(shards.map((shard) => readFile(shard))));
  const artifacts = {
    modelTopology,
    weightSpecs: weightsManifest.flatMap(({ weights }) => weights) as tf.io.WeightsManifestEntry[],
    weightData: new Uint8Array(bytes).buffer,
  };
  const model = await tfLayers.loadLayersModel({ load: () => Promise.resolve(artifacts) });
  const values = new Map(model.weights.map((weight) => [weight.originalName, weight.read().dataSync()]));
  for (const { name, data } of tensors) expect([...values.get(name)!]).toEqual([...data]);
  model.dispose();
});

it('kernels have a grid for each channel below 8 bits, with the error compensated where there is data', async () => {
  const bench = await Bench.make();
  const step = { step: 'quantize', bits: 'int3', samples: 200 } as const;
  const { steps, out, metrics } = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [prune, step] });
  const start = await readCheckpoint(bench.path('net', 'model.json'));
  const { tensors } = await readCheckpoint(out);
  for (const [name, { data, shape, quantization }] of tensors) {
    if (!name.endsWith('kernel')) continue;
    expect(quantization).toBeUndefined();
    const channels = shape.at(-1)!;
    for (let channel = 0; channel < channels; channel++)
      expect(new Set([...data].filter((_, i) => i % channels === channel)).size).toBeLessThanOrEqual(8);
  }
  const zeros = [...start.tensors.values()].reduce(
    (sum, { name, data }) => sum + (name.endsWith('kernel') ? data.length * 0.6 : 0),
    0,
  );
  const now = [...tensors.values()].filter(({ name }) => name.endsWith('kernel'));
  expect(now.reduce((sum, { data }) => sum + data.filter((value) => value === 0).length, 0)).toBeGreaterThanOrEqual(
    Math.floor(zeros),
  );
  const { layers, metrics: measured } = quantized(steps);
  expect(metrics.afterPrune).toEqual(measured);
  for (const { bits, outputError } of layers.filter(({ state }) => state === 'quantized')) {
    expect(bits).toBe('int3');
    expect(outputError!.after).toBeLessThanOrEqual(outputError!.before);
  }
  const kernels = layers.filter(({ state }) => state === 'quantized').length;
  expect(storedAsFloats(layers)).toEqual([expect.stringContaining(`The kernels of ${kernels} layers have a scale`)]);
});

it('weights are rounded to the nearest without data, and compensation without data is refused', async () => {
  const bench = await Bench.make();
  const { steps } = await bench.run({ checkpoint: 'net', steps: [{ step: 'quantize', bits: 'int4' }] });
  expect(quantized(steps).layers.every(({ outputError }) => outputError === undefined)).toBe(true);
  const step = { step: 'quantize', bits: 'int4', rounding: 'compensated' } as const;
  await expect(bench.run({ checkpoint: 'net', steps: [step] }, { out: 'no' })).rejects.toThrow(
    'Step 1 of the recipe (quantize) needs a dataset: name one as "data", for example fashion-mnist.',
  );
});

it('activations are quantized too: the metric is that of the simulation, and model.onnx runs in 8 bits', async () => {
  const bench = await Bench.make();
  const step = { step: 'quantize', bits: 'int8', activations: true, samples: 100 } as const;
  const tune = { step: 'finetune', epochs: 1, batchSize: 20 } as const;
  const { steps, out, onnx, metrics } = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [step, tune] });
  const written = await readCheckpoint(out);
  const inputs = quantized(steps).layers.flatMap(({ input }) => input ?? []);
  expect(inputs.length).toBe(2);
  expect([...activationGrids(written).values()]).toEqual(inputs);
  expect(onnx!.samples).toBe(90);
  expect(onnx!.difference.largest).toBeLessThan(1);
  expect(Math.abs(onnx!.metrics[0].value - metrics.afterFineTune![0].value)).toBeLessThan(0.05);
  expect(onnx!.latency.map(({ batch }) => batch)).toEqual([1]);
  expect((await readFile(bench.path('out', 'model.onnx'))).length).toBe(onnx!.bytes);
  // Kernels stay on their grids of int8 while they are trained.
  const kernels = readGraph(written).layers.flatMap(({ tensors }) => tensors.filter(({ kernel }) => kernel));
  expect(kernels.length).toBe(2);
  for (const kernel of kernels) {
    const levels = levelsOf(kernel.tensor.data as Float32Array, kernelChannels(kernel), 0)!;
    expect(Math.max(...levels.most.values)).toBeLessThanOrEqual(127);
  }
  const other = { step: 'quantize', bits: 'int4', activations: true } as const;
  await expect(bench.run({ checkpoint: 'net', data: 'shapes', steps: [other] }, { out: 'no' })).rejects.toThrow(
    'Activations are quantized beside weights of int8, not of int4',
  );
  await mkdir(bench.path('taken'));
  await writeFile(bench.path('taken', 'model.onnx'), 'mine');
  await expect(bench.run({ checkpoint: 'net', data: 'shapes', steps: [step] }, { out: 'taken' })).rejects.toThrow(
    /already holds a model.onnx, which is never overwritten/,
  );
  expect(await readFile(bench.path('taken', 'model.onnx'), 'utf8')).toBe('mine');
  expect(await readdir(bench.path('taken'))).toEqual(['model.onnx']);
});

it('a run that is cancelled while model.onnx is measured leaves no such file', async () => {
  const bench = await Bench.make();
  const step = { step: 'quantize', bits: 'int8', activations: true, samples: 50 } as const;
  let there = false;
  const cancelled = bench.run(
    { checkpoint: 'net', data: 'shapes', steps: [step] },
    {
      watch: (event, cancel) => {
        if (event.kind !== 'progress' || event.progress.stage !== 'running model.onnx') return;
        there = existsSync(bench.path('out', 'model.onnx'));
        cancel();
      },
    },
  );
  await expect(cancelled).rejects.toThrow(CancelledError);
  expect(there).toBe(true);
  expect(existsSync(bench.path('out'))).toBe(false);
});

it('a run that was killed while model.onnx was measured leaves its folder to another recipe, and a file of others there', async () => {
  const bench = await Bench.make();
  const step = { step: 'quantize', bits: 'int8', activations: true, samples: 50 } as const;
  const other = { checkpoint: 'net', data: 'shapes', steps: [{ ...step, samples: 60 }] };
  await bench.run(
    { checkpoint: 'net', data: 'shapes', steps: [step] },
    {
      watch: (event) => {
        if (event.kind !== 'progress' || event.progress.stage !== 'running model.onnx') return;
        // The folder as a kill leaves it: its lock is that of a process that is gone.
        for (const name of ['killed', 'changed']) {
          cpSync(bench.path('out'), bench.path(name), { recursive: true });
          rmSync(bench.path(name, LOCK_FILE), { force: true });
        }
      },
    },
  );
  const { onnx } = await bench.run(other, { out: 'killed' });
  expect((await readFile(bench.path('killed', 'model.onnx'))).length).toBe(onnx!.bytes);
  await writeFile(bench.path('changed', 'model.onnx'), 'mine');
  await expect(bench.run(other, { out: 'changed' })).rejects.toThrow(
    /holds a file "model.onnx" that this run did not write/,
  );
  expect(await readFile(bench.path('changed', 'model.onnx'), 'utf8')).toBe('mine');
});

it('layers have numbers of their own, or stay as they are', async () => {
  const bench = await Bench.make();
  const start = await readCheckpoint(bench.path('net', 'model.json'));
  const [first, second] = [...start.tensors.values()]
    .filter(({ name }) => name.endsWith('kernel'))
    .map(({ name }) => name.replace(/\/kernel$/, ''));
  const step = { step: 'quantize' as const, bits: 'float16' as const, layers: { [first!]: 'float32' as const } };
  const { out, steps } = await bench.run({ checkpoint: 'net', steps: [step] });
  const { tensors } = await readCheckpoint(out);
  expect(tensors.get(`${first}/kernel`)?.quantization).toBeUndefined();
  expect(tensors.get(`${second}/kernel`)?.quantization?.dtype).toBe('float16');
  expect(quantized(steps).layers.find(({ name }) => name === first)).toMatchObject({ state: 'kept' });
  const nothing = { step: 'quantize' as const, protect: ['*'] };
  await expect(bench.run({ checkpoint: 'net', steps: [nothing] }, { out: 'no' })).rejects.toThrow(
    'The model has no weights that can be quantized in this way: choose other weights, or protect fewer layers.',
  );
  const stray = { step: 'quantize' as const, layers: { convx: 'uint8' as const } };
  await expect(bench.run({ checkpoint: 'net', steps: [stray] }, { out: 'no' })).rejects.toThrow(/no layer "convx"/);
});
