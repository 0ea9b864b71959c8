import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { shippedNetworks } from 'tfjs-backend-onnxruntime/testing/networks/shipped';
import { Architecture } from '../../../src/protocol/steps/architecture';

beforeAll(() => tf.setBackend('cpu'));

/** Hashes the tensors that are drawn: neither biases nor statistics. */
const kernelsOf = (name: Architecture, seed: number) => {
  const model = createArchitecture(name, seed);
  const { tensors } = fromLayersModel(model);
  model.dispose();
  return [...tensors.values()].flatMap(({ name: tensor, data }) =>
    /kernel$/.test(tensor) ? [createHash('sha256').update(data).digest('hex')] : [],
  );
};

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
      const [zero, again, one] = [kernelsOf(name, 0), kernelsOf(name, 0), kernelsOf(name, 1)];
      expect(zero).toEqual(again);
      expect(new Set([...zero, ...one]).size).toBe(2 * zero.length);
    }
  });

  it('draw each layer by itself', () => {
    const [first, , second] = fromLayersModel(createArchitecture('lenet-300-100', 5)).tensors.values();
    expect(first!.data.slice(0, 5).map(Math.sign)).not.toEqual(second!.data.slice(0, 5).map(Math.sign));
  });

  it.each([
    ['resnet-20', {}, 274_042, [null, 10]],
    ['mobilenet-v2', {}, 2_270_794, [null, 10]],
    ['mobilenet-v2', { width: 0.35, input: [64, 64, 1], outputs: 3 }, 413_763, [null, 3]],
    ['ds-cnn', { input: [49, 10, 1], outputs: 12 }, 24_332, [null, 12]],
    ['lstm', { input: [28, 28] }, 24_458, [null, 10]],
    ['lstm', { input: [9, 4, 3], units: [8, 4] }, 930, [null, 10]],
    ['mlp', { input: [13], units: [5], outputs: 3 }, 88, [null, 3]],
    ['mlp', {}, 109_386, [null, 10]],
  ] as const)('%s with %o has %i parameters', (name, options, params, shape) => {
    const model = createArchitecture(name, 1, options);
    expect(model.countParams()).toBe(params);
    expect(model.outputs[0]!.shape).toEqual(shape);
    model.dispose();
  });

  it('mlp standardizes features by mean and variance, and leaves constant ones', () => {
    const scaling = { mean: Float32Array.of(1000, 3), variance: Float32Array.of(400, 0) };
    const model = createArchitecture('mlp', 1, { input: [2], units: [4], outputs: 2, scaling });
    const scaled = model.layers[0]!.apply(tf.tensor2d([[1040, 3]])) as tf.Tensor;
    expect(scaled.dataSync()[0]).toBeCloseTo(2, 5);
    expect(scaled.dataSync()[1]).toBe(0);
    expect(model.layers[0]!.trainable).toBe(false);
    tf.dispose(scaled);
    model.dispose();
  });
});
