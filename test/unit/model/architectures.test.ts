import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { shippedNetworks } from 'tfjs-backend-onnxruntime/testing/networks/shipped';
import { Architecture } from '../../../src/protocol/steps/train';

beforeAll(() => tf.setBackend('cpu'));

const dataOf = (name: Architecture, seed: number) =>
  [...fromLayersModel(createArchitecture(name, seed)).tensors.values()].map(({ data }) =>
    createHash('sha256').update(data).digest('hex'),
  );

describe('the networks that ship', () => {
  it.each(shippedNetworks)('$name is the one that the benches of the backend measure', (network) => {
    const shipped = createArchitecture(Architecture.parse(network.name), 1);
    const measured = network.build();
    expect(measured.toJSON(null, false)).toEqual(shipped.toJSON(null, false));
    const bytesOf = (model: typeof shipped) => model.getWeights().map((weight) => weight.dataSync());
    expect(bytesOf(measured)).toEqual(bytesOf(shipped));
  });

  it.each([
    ['fashion-cnn', 458_570, ['conv1', 'pool1', 'conv2', 'pool2', 'conv3', 'flatten', 'dense1', 'logits']],
    ['lenet-300-100', 266_610, ['flatten', 'dense1', 'dense2', 'logits']],
    ['lenet-5', 431_080, ['conv1', 'pool1', 'conv2', 'pool2', 'flatten', 'dense1', 'logits']],
  ] as const)('%s has %i parameters', (name, params, layers) => {
    const model = createArchitecture(name, 0);
    const graph = readGraph(fromLayersModel(model));
    expect(model.countParams()).toBe(params);
    expect(graph.layers.map((layer) => layer.name)).toEqual(layers);
    expect(graph.layers.reduce((sum, layer) => sum + layer.params, 0)).toBe(params);
    expect(graph.name).toBe(name);
    expect(graph.output).toBe('logits');
    expect(graph.layers.at(-1)?.outputShape).toEqual([null, 10]);
  });

  it('fashion-cnn multiplies 6.05 million times an image, most in its second layer', () => {
    const { layers } = readGraph(fromLayersModel(createArchitecture('fashion-cnn', 0)));
    expect(layers.map(({ macs }) => macs)).toEqual([225_792, 0, 3_612_672, 0, 1_806_336, 0, 401_408, 1280]);
  });

  it('are drawn by seed: the same again for one seed, others for another, 0 included', () => {
    for (const name of Architecture.options) {
      expect(dataOf(name, 0)).toEqual(dataOf(name, 0));
      const [zero, one] = [dataOf(name, 0), dataOf(name, 1)];
      // Kernels and biases take turns, and biases begin at 0.
      zero.forEach((hash, i) => {
        expect(hash === one[i]).toBe(i % 2 === 1);
      });
    }
  });

  it('draw each layer by itself', () => {
    const [first, , second] = fromLayersModel(createArchitecture('lenet-300-100', 5)).tensors.values();
    expect(first!.data.slice(0, 5).map(Math.sign)).not.toEqual(second!.data.slice(0, 5).map(Math.sign));
  });
});
