import { beforeAll, describe, expect, it } from 'vitest';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { removeByStep } from '../../../src/engine/compress/remove/remove';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { apply, normalisedConvolution, relu } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { contentOf, fixture } from '../model/layers/fixture';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

beforeAll(() => tf.setBackend('cpu'));

const { conv2d, dense, depthwiseConv2d, flatten, activation, separableConv2d } = layers.layers;
const zeros = RemoveStep.parse({ step: 'remove', amount: { zeros: true } });

/** A model whose weights are all of some size, but for the outputs of its layers that `emptied` names. */
function emptied(network: layers.LayersModel, outputs: Record<string, number[]>): ModelContent {
  const model = fromLayersModel(network);
  network.dispose();
  const tensors = new Map<string, Tensor>();
  [...model.tensors.values()].forEach((tensor, seed) => {
    const [layer = '', name] = tensor.name.split('/');
    const width = tensor.shape.at(-1)!;
    const kernel = name!.endsWith('kernel');
    const data = numbers(tensor.data.length, seed + 1).map((value, at) => {
      if (kernel && outputs[layer]?.includes(at % width)) return 0;
      return kernel ? value / 2 : 1 + value / 2;
    });
    tensors.set(tensor.name, { ...tensor, data });
  });
  return { ...model, tensors };
}

const removeZeros = (model: ModelContent) => removeByStep(model, zeros, { seed: 0, dataset: null });
const width = (model: ModelContent, name: string) =>
  readGraph(model)
    .layers.find((layer) => layer.name === name)!
    .outputShape!.at(-1);

describe('filters and neurons that are all zero', () => {
  it('go through a convolution of one channel for each group, unless zeros beyond its edges meet their constant', async () => {
    const keras = contentOf(fixture('network-grouped-each-2'));
    const cut = (name: string, change: (value: number, filter: number) => number): [string, Tensor] => {
      const tensor = keras.tensors.get(name)!;
      return [name, { ...tensor, data: tensor.data.map((value, at) => change(value, at % tensor.shape.at(-1)!)) }];
    };
    const silent = cut('conv2d/kernel', (value, filter) => (filter === 1 || filter === 4 ? 0 : value));
    const biases = cut('conv2d/bias', (value, filter) => (filter === 1 ? -0.5 : filter === 4 ? 0.5 : value));
    const model = { ...keras, tensors: new Map([...keras.tensors, silent, biases]) };
    const { model: small, difference } = await removeZeros(model);
    const widths = ['conv2d', 'conv2d_1', 'batch_normalization', 'conv2d_2', 'conv2d_3'];
    expect(widths.map((name) => width(small, name))).toEqual([7, 14, 14, 14, 3]);
    expect(small.tensors.get('conv2d_1/kernel')!.shape).toEqual([3, 3, 1, 14]);
    expect(difference!.largest).toBeLessThan(1e-4);
  });

  it('go, with the constant that their bias sends through activation, pool and flattening', async () => {
    const model = emptied(
      layers.sequential({
        layers: [
          conv2d({ filters: 6, kernelSize: 3, activation: 'sigmoid', name: 'one', inputShape: [8, 8, 1] }),
          layers.layers.averagePooling2d({ poolSize: 2, padding: 'same' }),
          conv2d({ filters: 5, kernelSize: 2, activation: 'tanh', name: 'two' }),
          flatten(),
          dense({ units: 4, activation: 'elu', name: 'three' }),
          dense({ units: 3, name: 'out' }),
        ],
      }),
      { one: [0, 3], two: [4], three: [1, 2] },
    );
    const { model: small, difference, layers: listed } = await removeZeros(model);
    expect(['one', 'two', 'three', 'out'].map((name) => width(small, name))).toEqual([4, 4, 2, 3]);
    expect(difference).toMatchObject({ on: 'noise', samples: 32 });
    expect(difference!.largest).toBeLessThan(1e-4);
    expect(listed.find(({ name }) => name === 'one')).toMatchObject({ state: 'removed' });
  });

  it('stay where their constant is read up to a padded edge, and that is said', async () => {
    const model = emptied(
      layers.sequential({
        layers: [
          conv2d({ filters: 4, kernelSize: 3, activation: 'relu', name: 'one', inputShape: [6, 6, 1] }),
          conv2d({ filters: 4, kernelSize: 3, padding: 'same', name: 'two' }),
          flatten(),
          dense({ units: 3, name: 'out' }),
        ],
      }),
      { one: [2] },
    );
    const { model: small, layers: listed } = await removeZeros(model);
    expect(width(small, 'one')).toBe(4);
    expect(listed.find(({ name }) => name === 'one')!.reason).toMatch(
      /^one channel stays: it only sends a constant, but "two" pads its input, so no bias can replace it$/,
    );
    // Without a bias it sends 0, of which no edge makes anything else.
    const bias = [...model.tensors.values()].find(({ name }) => name === 'one/bias')!;
    const silent = new Map(model.tensors).set(bias.name, { ...bias, data: new Float32Array(4) });
    expect(width((await removeZeros({ ...model, tensors: silent })).model, 'one')).toBe(3);
  });

  it('go through batch normalization into a bias that is made where there was none', async () => {
    const input = layers.input({ shape: [6, 6, 2] });
    const x = apply(
      activation({ activation: 'tanh' }),
      normalisedConvolution(new Draw(), input, { filters: 6, kernelSize: 3 }),
    );
    const y = apply(conv2d({ filters: 4, kernelSize: 1, useBias: false, name: 'reader' }), x);
    const z = apply(
      depthwiseConv2d({ kernelSize: 2, name: 'depthwise' }),
      apply(activation({ activation: 'tanh' }), y),
    );
    const network = layers.model({ inputs: input, outputs: apply(dense({ units: 2 }), apply(flatten(), z)) });
    const first = network.layers.find((layer) => layer.getClassName() === 'Conv2D')!.name;
    const { model: small, difference } = await removeZeros(emptied(network, { [first]: [1, 5], depthwise: [] }));
    expect([width(small, first), width(small, 'reader'), width(small, 'depthwise')]).toEqual([4, 4, 4]);
    expect(small.tensors.get('reader/bias')?.shape).toEqual([4]);
    expect(difference!.largest).toBeLessThan(1e-4);
  });

  it('send what Keras 3 means by an activation, where it means something else than Keras 2', async () => {
    const network = layers.sequential({
      layers: [
        dense({ units: 4, activation: 'hardSigmoid', name: 'one', inputShape: [4] }),
        dense({ units: 2, name: 'out' }),
      ],
    });
    const model = emptied(network, { one: [0, 2] });
    const described = JSON.stringify({ ...model.modelTopology, keras_version: '3.5.0' });
    const modelTopology = JSON.parse(described.replace('"hardSigmoid"', '"hard_sigmoid"')) as Record<string, unknown>;
    for (const one of [model, { ...model, modelTopology }]) {
      const { model: small, difference } = await removeZeros(one);
      expect(width(small, 'one')).toBe(2);
      expect(difference!.largest).toBeLessThan(1e-4);
    }
  });

  it('go together where they are added, and only if all are zero', async () => {
    const build = () => {
      const input = layers.input({ shape: [5, 5, 2] });
      const branch = (name: string) => apply(conv2d({ filters: 4, kernelSize: 1, name }), input);
      const sum = apply(layers.layers.add(), [branch('left'), branch('right')]);
      const next = apply(separableConv2d({ filters: 3, kernelSize: 2, name: 'next' }), relu(sum));
      return layers.model({ inputs: input, outputs: apply(flatten(), next) });
    };
    const half = await removeZeros(emptied(build(), { left: [0, 1], right: [1] }));
    // Only the constant 0 is followed through a separable convolution, so the channel stays until the biases are 0 too.
    expect(width(half.model, 'left')).toBe(4);
    const model = emptied(build(), { left: [0, 1], right: [1] });
    const tensors = new Map(
      [...model.tensors].map(([name, tensor]) => [
        name,
        name.endsWith('t/bias') ? { ...tensor, data: new Float32Array(4) } : tensor,
      ]),
    );
    const { model: small, difference } = await removeZeros({ ...model, tensors });
    expect([width(small, 'left'), width(small, 'right')]).toEqual([3, 3]);
    expect(difference!.largest).toBeLessThan(1e-4);
  });

  it('go when nobody reads them, also when only such read them that go themselves', async () => {
    const network = layers.sequential({
      layers: [
        dense({ units: 5, activation: 'relu', name: 'one', inputShape: [4] }),
        dense({ units: 5, activation: 'relu', name: 'two' }),
        dense({ units: 2, name: 'out' }),
      ],
    });
    const model = emptied(network, {});
    const without = (name: string, zero: (input: number, output: number) => boolean): [string, Tensor] => {
      const tensor = model.tensors.get(name)!;
      const last = tensor.shape[1]!;
      return [name, { ...tensor, data: tensor.data.map((w, at) => (zero(Math.floor(at / last), at % last) ? 0 : w)) }];
    };
    const tensors = new Map([
      ...model.tensors,
      without('out/kernel', (input) => input === 3),
      without('two/kernel', (input, output) => input === 0 && output !== 3),
    ]);
    const { model: small, difference } = await removeZeros({ ...model, tensors });
    expect([width(small, 'one'), width(small, 'two')]).toEqual([4, 4]);
    expect(difference!.largest).toBeLessThan(1e-4);
  });

  it('never take the last channel of a layer', async () => {
    const network = layers.sequential({
      layers: [dense({ units: 3, name: 'one', inputShape: [4] }), dense({ units: 2, name: 'out' })],
    });
    const { model: small, layers: listed } = await removeZeros(emptied(network, { one: [0, 1, 2] }));
    expect(width(small, 'one')).toBe(1);
    expect(listed[0]!.reason).toBe('one channel stays: it is the last channel of a layer');
  });
});
