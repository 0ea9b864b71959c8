import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { readTopology } from '../../../src/engine/model/layers-model/description/topology';
import { heldAtInference } from '../../../src/engine/model/layers-model/inference-calls';
import { INFERENCE, trainableOf } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { UserError } from '../../../src/protocol/errors';

const Numbers = z.object({ shape: z.array(z.number()), values: z.array(z.number()) });
/** A model of Keras before and after two steps of training, see test/fixtures/keras/transfer.py. */
const { modelTopology, weights, inputs, targets, losses, after } = z
  .object({
    modelTopology: z.record(z.string(), z.unknown()),
    weights: z.record(z.string(), Numbers),
    inputs: Numbers,
    targets: Numbers,
    losses: z.array(z.number()),
    after: z.record(z.string(), Numbers),
  })
  .parse(JSON.parse(readFileSync(path.join(__dirname, '../../fixtures/keras/transfer.json'), 'utf8')));

const contentOf = (topology: Record<string, unknown>): ModelContent => ({
  format: 'layers-model',
  modelTopology: topology,
  tensors: new Map(
    Object.entries(weights).map(([name, { shape, values }]) => [
      name,
      { name, shape, dtype: 'float32', data: Float32Array.from(values) },
    ]),
  ),
});

/** The description with a text of its JSON replaced, as another writer or another call would have it. */
const changed = (from: string, to: string): Record<string, unknown> => {
  const text = JSON.stringify(modelTopology);
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to)) as Record<string, unknown>;
};

const heldIn = (topology: Record<string, unknown>) => [...heldAtInference(readTopology(topology)!)].sort();
const statistics = Object.keys(weights).filter((name) => /moving/.test(name));

beforeAll(() => tf.setBackend('cpu'));

describe('a base that is called with training=False', () => {
  it('trains as in Keras: its statistics stay, nothing is dropped, and the head trains', async () => {
    const network = await toNetwork(contentOf(modelTopology));
    const [x, y] = [inputs, targets].map(({ shape, values }) => tf.tensor(values, shape));
    const trained = trainableOf(network).map(({ variable }) => variable);
    const optimizer = tf.train.sgd(0.1);
    const taken = losses.map((_, step) => {
      const loss = () => tf.losses.meanSquaredError(y!, network.forward([x!], { training: true, draws: [step] })[0]!);
      return optimizer.minimize(() => loss().asScalar(), true, trained)!.dataSync()[0]!;
    });
    losses.forEach((loss, i) => expect(taken[i]).toBeCloseTo(loss, 4));
    for (const [name, { values }] of Object.entries(after)) {
      const own = network.variables.get(name)!.variable.dataSync();
      values.forEach((value, i) => expect(own[i]).toBeCloseTo(value, 4));
    }
    const moved = statistics.filter((name) => after[name]!.values.some((one, i) => one !== weights[name]!.values[i]));
    expect(moved.sort()).toEqual(['head_norm/moving_mean', 'head_norm/moving_variance']);
    network.dispose();
  });

  it('is found by its layers, where Keras 2 wrote it', () => {
    const base = ['base_conv', 'base_dropout', 'base_norm', 'global_average_pooling2d', 're_lu'];
    expect(heldIn(modelTopology)).toEqual(base);
    expect(heldIn(changed('{"training":false}', '{}'))).toEqual([]);
    // TensorFlow.js ignores the argument.
    expect(heldIn(changed('"keras_version":"2.21.0"', '"keras_version":"tfjs-layers 4.22.0"'))).toEqual([]);
  });

  it('is evaluated but not trained where another call has no such argument', async () => {
    const layer = (class_name: string, name: string, inbound_nodes: unknown[], settings: object = {}) => ({
      ...{ class_name, name, inbound_nodes, config: { name, ...settings } },
    });
    const twice = (second: object) => ({
      class_name: 'Functional',
      config: {
        name: 'twice',
        layers: [
          layer('InputLayer', 'in', [], { batch_input_shape: [null, 3] }),
          layer('Dropout', 'drop', [[['in', 0, 0, { training: false }]], [['in', 0, 0, second]]], { rate: 0.5 }),
          layer('Add', 'sum', [[['drop', 0, 0, {}], ['drop', 1, 0, {}]]]), // prettier-ignore
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['sum', 0, 0]],
      },
    });
    const networkOf = (topology: Record<string, unknown>) =>
      toNetwork({ format: 'layers-model', modelTopology: topology, tensors: new Map() });
    const training = { training: true, draws: [1] } as const;
    const held = await networkOf(twice({ training: false }));
    expect([...held.forward([tf.ones([1, 3])], training)[0]!.dataSync()]).toEqual([2, 2, 2]);
    const mixed = await networkOf(twice({}));
    expect([...mixed.forward([tf.ones([1, 3])], INFERENCE)[0]!.dataSync()]).toEqual([2, 2, 2]);
    expect(() => mixed.forward([tf.ones([1, 3])], training)).toThrow(UserError);
    expect(() => mixed.forward([tf.ones([1, 3])], training)).toThrow(/"drop" is called with training=False once/);
    for (const network of [held, mixed]) network.dispose();
  });
});
