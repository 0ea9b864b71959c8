import { beforeAll, describe, expect, it, test } from 'vitest';
import type { DatasetInfo } from '../../../src/protocol/dataset';
import { TrainStep } from '../../../src/protocol/steps/train';
import type { OpenData } from '../../../src/engine/dataset/open-data';
import { readGraph } from '../../../src/engine/model/graph';
import { randomNetwork } from '../../../src/engine/recipe/random-network';
import { kindOf } from '../../../src/engine/recipe/steps/kinds';
import { tf } from '../../../src/engine/tf';

beforeAll(() => tf.setBackend('cpu'));

/** Data of which only the description is read. */
const described = (format: DatasetInfo['format'], shape: (number | null)[]): OpenData =>
  ({
    info: { name: 'own', format, shape, classNames: ['a', 'b', 'c'] },
    targets: { classNames: ['a', 'b', 'c'], said: {} },
    at: () => Promise.resolve({ kind: 'pixels' }),
  }) as unknown as OpenData;
const on = (format: DatasetInfo['format'], shape: (number | null)[]) => ({
  ...{ seed: 1, data: described(format, shape), architectures: new Map() },
});
const step = (given: object): TrainStep => TrainStep.parse({ step: 'train', ...given });

describe('a new network takes the shape of its data', () => {
  test.each([
    ['lenet-5', {}, 'images', [300, 200, 3], [28, 28, 1]],
    ['lenet-5', { inputSize: 40 }, 'images', [300, 200, 3], [40, 40, 3]],
    ['lenet-5', {}, 'cifar', [32, 32, 3], [32, 32, 3]],
    ['fashion-cnn', {}, 'table', [784], [28, 28, 1]],
    ['resnet-20', {}, 'images', [24, 20, 3], [24, 20, 3]],
    ['resnet-20', {}, 'images', [null, null, 1], [32, 32, 1]],
    ['mobilenet-v2', {}, 'images', [480, 640, 3], [96, 96, 3]],
    ['mobilenet-v2', { inputSize: 64 }, 'images', [480, 640, 3], [64, 64, 3]],
    ['ds-cnn', {}, 'npy', [49, 10], [49, 10, 1]],
    ['lstm', {}, 'idx', [28, 28, 1], [28, 28]],
    ['lstm', {}, 'npy', [50, 6], [50, 6]],
    ['mlp', {}, 'table', [13], [13]],
  ] as const)('%s %o on %s of %j takes %j', async (architecture, options, format, shape, input) => {
    const model = await randomNetwork(step({ architecture, ...options }), on(format, [...shape]));
    const graph = readGraph(model);
    expect(graph.inputs).toEqual([[null, ...input]]);
    expect(graph.layers.at(-1)?.outputShape).toEqual([null, 3]);
  });
});

test.each([
  [
    'resnet-20',
    {},
    'table',
    [13],
    /resnet-20 reads images, but each example of own is a row of 13 numbers: choose mlp/,
  ],
  ['lstm', {}, 'table', [13], /lstm reads sequences, but each example of own is a row of 13 numbers/],
  ['mobilenet-v2', { inputSize: 64 }, 'cifar', [32, 32, 3], /are 32x32x3 .* so that "inputSize" cannot change them/],
] as const)('%s %o on %s of %j is refused', async (architecture, options, format, shape, message) => {
  await expect(randomNetwork(step({ architecture, ...options }), on(format, [...shape]))).rejects.toThrow(message);
});

it('an option that the network does not have is refused', () => {
  const check = (given: object) => {
    const checked = step(given);
    kindOf(checked).validate?.recipe?.(checked, 'Step 1', [checked]);
  };
  expect(() => check({ architecture: 'lenet-5', width: 0.5 })).toThrow(
    'Step 1 has "width", which means nothing to the network lenet-5: leave it out, or choose resnet-20 or mobilenet-v2 or ds-cnn.',
  );
  expect(() => check({ architecture: 'mlp', units: [4] })).not.toThrow();
});
