import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { splitPointsBefore } from '../../../src/engine/model/layers-model/split-points';
import type { LayersModel } from '../../../src/engine/model/layers-model/tfjs-layers';
import { examples, type Network, networks } from 'tfjs-backend-onnxruntime/testing/networks';
import { residualNetwork } from 'tfjs-backend-onnxruntime/testing/networks/resnet20';
import { expectNear } from 'tfjs-backend-onnxruntime/testing/near';

beforeAll(async () => {
  await installBackend({ threads: 1 });
});
afterAll(disposeBackend);

const named = (name: string): Network => networks.find((network) => network.name === name)!;
const residual: Network = { ...named('resnet-20'), inputShape: [8, 8, 3], build: () => residualNetwork([8, 8, 3]) };

const valuesOf = (compute: () => tf.Tensor): Float32Array => tf.tidy(() => compute().dataSync<'float32'>().slice());
const answer = (model: LayersModel, x: tf.Tensor): tf.Tensor => model.apply(x, { training: false }) as tf.Tensor;

describe.each([named('fashion-cnn'), residual, named('lstm'), named('ds-cnn'), named('autoencoder')])(
  'cuts of $name',
  (network) => {
    test('have before them nothing of what changes, and all that they need behind', () => {
      const model = network.build();
      const { x } = examples(network, 2);
      const kernels = model.trainableWeights.filter(({ shape }) => shape.length > 1);
      for (const variable of kernels.filter((_, i) => i % Math.ceil(kernels.length / 5) === 0)) {
        const cuts = splitPointsBefore(model, new Set([variable]));
        const before = cuts.map(({ head }) => valuesOf(() => head(x)));
        tf.tidy(() => {
          variable.write(tf.mul(variable.read(), 0.5));
        });
        const expected = valuesOf(() => answer(model, x));
        for (const [i, { head, tail, shape }] of cuts.entries()) {
          expect(valuesOf(() => head(x))).toEqual(before[i]);
          expectNear(
            valuesOf(() => tail(tf.tensor(before[i]!, [2, ...shape]))),
            expected,
          );
        }
      }
      model.dispose();
    });

    test('are more the later the change is, from none on, and have ever more before them', () => {
      const model = network.build();
      const counts = model.layers
        .filter(({ weights }) => weights.length > 0)
        .map(({ weights }) => splitPointsBefore(model, new Set(weights)).length);
      expect(counts).toEqual([...counts].sort((a, b) => a - b));
      const before = splitPointsBefore(model, new Set(model.layers.at(-1)!.weights)).map((cut) => cut.layers.length);
      expect(before).toEqual([...before].sort((a, b) => a - b));
      expect(before.length).toBe(counts.at(-1));
      expect(splitPointsBefore(model, new Set())).toEqual([]);
      model.dispose();
    });
  },
);

test('the input is no cut, and a residual block has none within', () => {
  const model = residual.build();
  const convolutions = model.layers.filter((layer) => layer.getClassName() === 'Conv2D');
  const before = (i: number): number[][] =>
    splitPointsBefore(model, new Set(convolutions[i]!.weights)).map(({ shape }) => [...shape]);
  expect(before(0)).toEqual([]);
  // The first convolution, its normalisation and its relu; the block's second convolution is within.
  expect(before(1)).toEqual([1, 2, 3].map(() => [8, 8, 16]));
  expect(before(2)).toEqual(before(1));
  model.dispose();
});

test('a cut names the layers before it', () => {
  const model = named('fashion-cnn').build();
  const [, second] = model.layers.filter((layer) => layer.getClassName() === 'Conv2D');
  const [, pooled] = splitPointsBefore(model, new Set(second!.weights));
  expect(pooled).toMatchObject({ shape: [14, 14, 32] });
  expect(pooled!.layers.slice(-2)).toEqual(['conv1', 'pool1']);
  model.dispose();
});

test('a model that tells which steps to leave out is not cut', () => {
  const input = layers.input({ shape: [4] });
  const words = layers.layers.embedding({ inputDim: 5, outputDim: 3, maskZero: true }).apply(input);
  const read = layers.layers.lstm({ units: 2 }).apply(words);
  const output = layers.layers.dense({ units: 2 }).apply(read) as layers.SymbolicTensor;
  const model = layers.model({ inputs: input, outputs: output });
  expect(splitPointsBefore(model, new Set(model.layers.at(-1)!.weights))).toEqual([]);
  model.dispose();
});
