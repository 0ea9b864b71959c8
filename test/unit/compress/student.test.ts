import path from 'node:path';
import { beforeAll, describe, expect, it, test } from 'vitest';
import type { ModelContent } from '../../../src/engine/checkpoint/types';
import { coupledLayers } from '../../../src/engine/compress/remove/coupled-layers';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { narrowed } from '../../../src/engine/compress/student/narrow';
import { scaled } from '../../../src/engine/compress/student/scaled';
import { randomArchitecture } from '../../../src/engine/model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { widthOf } from '../../../src/engine/model/op/channels';
import { toNetwork } from '../../../src/engine/model/runnable';
import { trainableOf } from '../../../src/engine/model/network';
import { tf } from '../../../src/engine/tf';
import { Builder, registerBlocks, stock } from '../random-networks';

beforeAll(registerBlocks);

const shapesOf = (model: ModelContent) => {
  const { calls, results } = readGraph(model);
  return results.map(({ call }) => calls[call]!.shape);
};

const namesOf = (model: ModelContent): string[] => readGraph(model).nodes.map(({ name }) => name);

function contentOf(network: layers.LayersModel): ModelContent {
  const content = fromLayersModel(network);
  network.dispose();
  return content;
}

describe('a narrower model', () => {
  it('keeps round(width n) of n channels that layers make together, in random networks', async () => {
    for (let seed = 1; seed <= 25; seed++) {
      const model = contentOf(new Builder(seed).network());
      const groups = channelGroups(model);
      const expected = new Map<number, number>();
      for (const { producers, groups: all } of coupledLayers(groups)) {
        const free = all.filter((one) => !groups.fixed.has(one)).length;
        const kept = free === 0 ? 0 : Math.max(1, Math.round(0.4 * free));
        for (const layer of producers) expected.set(layer, (expected.get(layer) ?? 0) + all.length - free + kept);
      }
      const student = await scaled(model, { width: 0.4 }, seed);
      const { nodes } = readGraph(student);
      for (const [layer, width] of expected) expect(widthOf(nodes[layer]!.op)).toBe(width);
      expect(shapesOf(student)).toEqual(shapesOf(model));
      // Stock TensorFlow.js builds and runs it.
      const { outputs } = await stock(student);
      expect(outputs.flat().every(Number.isFinite)).toBe(true);
    }
  });

  it('is refused where no layer can be narrower', () => {
    const l = layers.layers;
    const cells = l.lstm({ units: 4, returnState: true, inputShape: [4, 3] });
    const input = layers.input({ shape: [4, 3] });
    const [last] = cells.apply(input) as layers.SymbolicTensor[];
    const outputs = l.dense({ units: 2 }).apply(last!) as layers.SymbolicTensor;
    const both = contentOf(layers.model({ inputs: input, outputs }));
    expect(() => narrowed(both, 0.5)).toThrow(
      /cannot be scaled to 50% of its width: .*; choose a network as the student/,
    );
  });
});

describe('a student that begins anew', () => {
  const resnet = () => randomArchitecture('resnet-20', 7, { input: [8, 8, 3], outputs: 3 });

  it('has random weights as its layers begin, decided by the seed alone', async () => {
    const teacher = resnet();
    const [one, again, two] = [
      await scaled(teacher, { width: 0.5 }, 1),
      await scaled(teacher, { width: 0.5 }, 1),
      await scaled(teacher, { width: 0.5 }, 2),
    ];
    const values = (model: ModelContent) => [...model.tensors.values()].map(({ name, data }) => [name, [...data]]);
    expect(values(one)).toEqual(values(again));
    expect(values(one)).not.toEqual(values(two));
    const kernel = [...one.tensors.values()].findLast(({ name }) => name.endsWith('conv2/kernel'));
    const [rows, , inputs, outputs] = kernel!.shape;
    expect(outputs).toBe(32);
    // He's rule: a uniform distribution up to sqrt(6 / fan-in).
    const limit = Math.sqrt(6 / (rows! * rows! * inputs!));
    const most = Math.max(...[...kernel!.data].map(Math.abs));
    expect(most).toBeLessThanOrEqual(limit);
    expect(most).toBeGreaterThan(0.95 * limit);
  });

  it('keeps the scale of features, and nothing else of frozen layers', async () => {
    const mean = Float32Array.of(3, -1, 10);
    const variance = Float32Array.of(4, 1, 100);
    const mlp = randomArchitecture('mlp', 1, { input: [3], outputs: 2, units: [10], scaling: { mean, variance } });
    const student = await scaled(mlp, { width: 0.3 }, 5);
    const tensor = (model: ModelContent, end: string) => [
      ...[...model.tensors.values()].find(({ name }) => name.endsWith(end))!.data,
    ];
    expect(tensor(student, 'moving_mean')).toEqual([...mean]);
    expect(tensor(student, 'moving_variance')).toEqual([...variance]);
    expect(tensor(student, 'dense1/kernel')).toHaveLength(9);

    const l = layers.layers;
    const frozen = contentOf(
      layers.sequential({
        layers: [
          l.conv2d({ filters: 4, kernelSize: 3, inputShape: [6, 6, 1], name: 'base', trainable: false }),
          l.batchNormalization({ name: 'statistics', trainable: false }),
          l.flatten(),
          l.dense({ units: 3, name: 'head' }),
        ],
      }),
    );
    const network = await toNetwork(await scaled(frozen, { width: 0.5 }, 1));
    expect(trainableOf(network).map(({ name }) => name)).toEqual(
      ['base/kernel', 'base/bias', 'statistics/gamma', 'statistics/beta', 'head/kernel', 'head/bias'].map(
        (name) => name,
      ),
    );
    network.dispose();
  });

  it('keeps the names and the dialect of an export of Keras', async () => {
    for (const name of ['k3-res', 'shared-layer', 'transfer-func-seq']) {
      const folder = path.join(import.meta.dirname, '../../../../shared/cases', name);
      const { readCheckpoint } = await import('../../../src/engine/checkpoint/read');
      const model = await readCheckpoint(path.join(folder, 'model.json')).catch(() => undefined);
      if (!model) continue;
      const student = await scaled(model, { width: 0.5 }, 1);
      const weights = [...model.tensors.values()].filter(({ group }) => group !== 'optimizer');
      expect([...student.tensors.keys()]).toEqual(weights.map((one) => one.name));
      const network = await toNetwork(student);
      network.dispose();
    }
  });
});

describe('a student with fewer layers', () => {
  it('leaves out first a convolution with inputs and outputs of one shape, then others from the end', async () => {
    const cnn = randomArchitecture('fashion-cnn', 1);
    const without = async (fewer: number) => {
      const names = namesOf(await scaled(cnn, { fewer }, 1));
      return namesOf(cnn).filter((name) => !names.includes(name));
    };
    expect(await without(1)).toEqual(['conv3']);
    expect(await without(2)).toEqual(['conv2', 'conv3']);
    expect(await without(4)).toEqual(['conv1', 'conv2', 'conv3', 'dense1']);
  });

  it('leaves out a normalization and an activation with their convolution, and no sum', async () => {
    const resnet = randomArchitecture('resnet-20', 7, { input: [8, 8, 3], outputs: 3 });
    const student = await scaled(resnet, { width: 0.5, fewer: 2 }, 1);
    const names = namesOf(student);
    const gone = namesOf(resnet).filter((name) => !names.includes(name));
    expect(gone.filter((name) => name.endsWith('_bn'))).toHaveLength(2);
    expect(gone.some((name) => name.endsWith('_add'))).toBe(false);
    expect(shapesOf(student)).toEqual(shapesOf(resnet));
    const network = await toNetwork(student);
    const out = tf.tidy(() => [...network.forward([tf.ones([2, 8, 8, 3])], { training: false })[0]!.dataSync()]);
    expect(out).toHaveLength(6);
    network.dispose();
  });

  test('layers are named, also by a pattern', async () => {
    const student = await scaled(randomArchitecture('fashion-cnn', 1), { drop: ['conv2', '*3'] }, 1);
    expect(namesOf(student)).toEqual(['conv1', 'pool1', 'pool2', 'flatten', 'dense1', 'logits']);
    expect(student.tensors.get('dense1/kernel')!.shape).toEqual([7 * 7 * 32, 128]);
  });
});
