import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { reshapedCounts } from '../../../src/engine/compress/counts';
import { compareOutputs } from '../../../src/engine/compress/difference/compare-outputs';
import { mergeLayers } from '../../../src/engine/compress/merge/merge';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { UserError } from '../../../src/protocol/errors';
import { MergeStep } from '../../../src/protocol/steps/merge';
import { Builder, filled, registerBlocks, stock } from '../random-networks';

beforeAll(registerBlocks);

const l = tfLayers.layers;
const merged = (model: ModelContent, options: Partial<MergeStep> = {}) =>
  mergeLayers(model, MergeStep.parse({ step: 'merge', ...options }));

function sequential(shape: number[], ...list: tfLayers.layers.Layer[]): ModelContent {
  const model = tfLayers.sequential({ layers: [l.inputLayer({ inputShape: shape }), ...list] });
  const content = filled(fromLayersModel(model));
  model.dispose();
  return content;
}

/** The states of layers by name, and what they say. */
const told = ({ layers }: ReturnType<typeof merged>) =>
  Object.fromEntries(layers.map(({ name, state, into, reason }) => [name, [state, into ?? reason]]));

const equal = async (before: ModelContent, after: ModelContent): Promise<void> => {
  const compared = await compareOutputs(before, after, 1e-4);
  if (typeof compared === 'string') throw new Error(compared);
  expect(compared.size).toBeLessThan(1e-4);
};

describe('merging layers', () => {
  it('leaves the outputs of random networks as stock TensorFlow.js computes them', async () => {
    let gone = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 2 ** 31 - 1 }), async (seed) => {
        const network = new Builder(seed).network();
        const model = filled(fromLayersModel(network));
        network.dispose();
        const done = orNull(() => merged(model));
        if (!done) return;
        const [before, after] = [await stock(model), await stock(done.model)];
        before.outputs.forEach((output, i) => {
          const scale = Math.max(...output.map(Math.abs), 1e-3);
          output.forEach((value, j) => expect(Math.abs(value - after.outputs[i]![j]!) / scale).toBeLessThan(1e-4));
        });
        gone += done.layers.filter(({ state }) => state === 'merged' || state === 'dropped').length;
        expect(done.totals).toMatchObject({ before: { params: before.params }, after: { params: after.params } });
        expect(after.params).toBeLessThanOrEqual(before.params);
        for (const { state, reason, into } of done.layers)
          expect([reason, into].some((one) => one !== undefined)).toBe(state !== 'dropped');
        const { layers, totals } = reshapedCounts(model, done);
        expect(layers.reduce((sum, layer) => sum + layer.after.nonzero, 0)).toBe(totals.after.nonzero);
      }),
      { numRuns: 30, seed: 5 },
    );
    expect(gone).toBeGreaterThan(25);
  }, 120_000);

  it('folds the normalizations of networks of Keras', async () => {
    for (const name of ['residual', 'inverted', 'branches', 'archive']) {
      const model = await readCheckpoint(path.join('test/fixtures/keras', name, 'model.json'));
      const done = merged(model);
      expect(done.layers.some(({ state }) => state === 'merged')).toBe(true);
      await equal(model, done.model);
    }
  });

  it('folds into what comes behind where an activation comes before', async () => {
    const model = sequential(
      [8, 8, 2],
      l.conv2d({ filters: 3, kernelSize: 3, activation: 'relu', name: 'a' }),
      l.batchNormalization({ name: 'before_valid' }),
      l.conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'b' }),
      l.batchNormalization({ name: 'before_depthwise' }),
      l.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, activation: 'relu', name: 'c' }),
      l.batchNormalization({ name: 'before_padded' }),
      l.conv2d({ filters: 2, kernelSize: 3, padding: 'same', activation: 'tanh', name: 'd' }),
      l.batchNormalization({ name: 'before_flat' }),
      l.flatten({ name: 'flat' }),
      l.dense({ units: 3, activation: 'relu', name: 'e' }),
      l.batchNormalization({ name: 'before_dense' }),
      l.dense({ units: 2, name: 'f', useBias: false }),
    );
    const done = merged(model);
    await equal(model, done.model);
    expect(told(done)).toMatchObject({
      before_valid: ['merged', 'b'],
      before_depthwise: ['merged', 'c'],
      before_padded: ['skipped', 'the activation relu of "c" comes before it, and "d" behind it pads its input with zeros'], // prettier-ignore
      before_flat: ['skipped', 'the activation tanh of "d" comes before it, and "flat" behind it is neither a convolution nor a dense layer'], // prettier-ignore
      before_dense: ['merged', 'f'],
      b: ['absorbs', 'it computes before_valid'],
    });
  });

  it('folds into every kind of product', async () => {
    const model = sequential(
      [8, 8, 2],
      l.conv2dTranspose({ filters: 3, kernelSize: 2, name: 'a' }),
      l.batchNormalization({ name: 'bn_a', scale: false }),
      l.separableConv2d({ filters: 4, kernelSize: 2, useBias: false, name: 'b' }),
      l.batchNormalization({ name: 'bn_b', center: false }),
      l.reLU({ name: 'relu' }),
      l.depthwiseConv2d({ kernelSize: 2, depthMultiplier: 2, useBias: false, name: 'c' }),
      l.batchNormalization({ name: 'bn_c' }),
      l.reLU({ name: 'relu_2' }),
      l.reshape({ targetShape: [49, 8], name: 'rows' }),
      l.conv1d({ filters: 3, kernelSize: 2, useBias: false, name: 'd' }),
      l.batchNormalization({ name: 'bn_d' }),
      l.dropout({ rate: 0.5, name: 'drop' }),
      l.activation({ activation: 'linear', name: 'idle' }),
      l.dense({ units: 3, activation: 'softmax', name: 'e' }),
    );
    const done = merged(model);
    await equal(model, done.model);
    expect(told(done)).toMatchObject({ bn_a: ['merged', 'a'], bn_b: ['merged', 'b'], bn_c: ['merged', 'c'], bn_d: ['merged', 'd'], drop: ['dropped', undefined], idle: ['dropped', undefined] }); // prettier-ignore
    expect(done.model.tensors.has('b/bias')).toBe(true);
  });

  it('multiplies linear layers where that saves, and only there', async () => {
    const model = sequential(
      [8, 8, 3],
      l.conv2d({ filters: 9, kernelSize: 1, useBias: false, name: 'wide' }),
      l.conv2d({ filters: 2, kernelSize: 3, padding: 'same', name: 'narrow' }),
      l.conv2d({ filters: 2, kernelSize: 1, name: 'single' }),
      l.conv2d({ filters: 8, kernelSize: 3, activation: 'relu', name: 'after' }),
      l.flatten({ name: 'flat' }),
      l.dense({ units: 4, name: 'squeeze' }),
      l.dense({ units: 9, name: 'expand' }),
      l.dense({ units: 3, activation: 'relu', name: 'out' }),
      l.dense({ units: 1, name: 'bottleneck' }),
      l.dense({ units: 9, activation: 'softmax', name: 'end' }),
    );
    const done = merged(model);
    await equal(model, done.model);
    expect(told(done)).toMatchObject({
      bottleneck: ['skipped', 'its product with "end" would not be smaller'],
      wide: ['merged', 'narrow'],
      narrow: ['absorbs', 'it computes wide'],
      single: ['merged', 'after'],
      squeeze: ['merged', 'out'],
      expand: ['merged', 'out'],
    });
  });

  it('merges one kind only where it is asked to', async () => {
    const model = sequential(
      [6],
      l.dense({ units: 5, name: 'a' }),
      l.batchNormalization({ name: 'normal' }),
      l.reLU({ name: 'relu' }),
      l.dropout({ rate: 0.5, name: 'drop' }),
      l.dense({ units: 9, name: 'wide' }),
      l.dense({ units: 2, name: 'end' }),
    );
    const linear = merged(model, { only: 'linear' });
    await equal(model, linear.model);
    expect(told(linear)).toMatchObject({
      normal: ['skipped', 'only linear layers are merged'],
      drop: ['skipped', 'only linear layers are merged'],
      wide: ['merged', 'end'],
    });
    expect(told(merged(model, { only: 'idle' }))).toMatchObject({ drop: ['dropped', undefined], wide: ['skipped', 'only layers that do nothing at inference are merged'] }); // prettier-ignore
    expect(told(merged(model, { only: 'normalization' }))).toMatchObject({ normal: ['merged', 'a'], wide: ['skipped', 'only batch normalizations are merged'] }); // prettier-ignore
  });

  it('goes on with the same model where nothing can be merged, if it may', () => {
    const model = sequential(
      [6],
      l.dense({ units: 5, activation: 'relu', name: 'a' }),
      l.dense({ units: 2, name: 'b' }),
    );
    expect(() => merged(model)).toThrow(/^Nothing in the model can be merged \("a" stays: .*\): leave the step out\.$/);
    const done = merged(model, { ifNothing: 'go-on' });
    expect(done.nothing).toMatch(/^Nothing in the model can be merged \(.*\), so it stays as it is\.$/);
    expect(done.model.tensors).toEqual(model.tensors);
    expect(done.totals.after).toEqual(done.totals.before);
    expect(() => merged(model, { ifNothing: 'go-on', protect: ['typo'] })).toThrow('typo');
  });

  it('leaves alone what is protected, stored in few bits, or an output among several', () => {
    const input = tfLayers.input({ shape: [6] });
    const hidden = l.dense({ units: 4, name: 'hidden' }).apply(input) as tfLayers.SymbolicTensor;
    const normal = l.batchNormalization({ name: 'bn' }).apply(hidden) as tfLayers.SymbolicTensor;
    const outputs = [l.dropout({ rate: 0.1, name: 'drop' }).apply(normal), l.dense({ units: 2, name: 'side' }).apply(input)] as tfLayers.SymbolicTensor[]; // prettier-ignore
    const made = tfLayers.model({ inputs: input, outputs });
    const model = filled(fromLayersModel(made));
    made.dispose();
    expect(() => merged(model, { protect: ['hidden'] })).toThrow('Nothing in the model can be merged');
    expect(told(merged(model))).toMatchObject({ bn: ['merged', 'hidden'], drop: ['skipped', 'data and losses name an output after it'] }); // prettier-ignore
    const tensors = new Map(model.tensors);
    const kernel = tensors.get('hidden/kernel')!;
    tensors.set(kernel.name, { ...kernel, quantization: { dtype: 'uint8', min: -1, scale: 0.01 } });
    expect(() => merged({ ...model, tensors })).toThrow('"hidden" before it keeps its weights as uint8');
  });
});

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
