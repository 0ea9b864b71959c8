import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { channelGroups } from '../../../src/engine/compress/remove/channels';
import { whyFixed } from '../../../src/engine/compress/remove/fixed';
import { removeChannels } from '../../../src/engine/compress/remove/shrink';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toLayersModel } from '../layers-model';
import {
  apply,
  classifier,
  normalisedConvolution,
  normalisedDepthwise,
  relu,
} from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';

beforeAll(() => tf.setBackend('cpu'));

type Build = (draw: Draw, input: layers.SymbolicTensor) => layers.SymbolicTensor;
const functional = (build: Build) => () => {
  const input = layers.input({ shape: [6, 6, 2] });
  return layers.model({ inputs: input, outputs: classifier(new Draw(), build(new Draw(), input), 3) });
};
const networks: Record<string, () => layers.LayersModel> = {
  'lenet-5': () => createArchitecture('lenet-5', 1),
  'fashion-cnn': () => createArchitecture('fashion-cnn', 1),
  residual: functional((draw, input) => {
    const x = relu(normalisedConvolution(draw, input, { filters: 4, kernelSize: 3 }));
    return relu(apply(layers.layers.add(), [normalisedConvolution(draw, x, { filters: 4, kernelSize: 3 }), x]));
  }),
  depthwise: functional((draw, input) => {
    const x = relu(normalisedConvolution(draw, input, { filters: 6, kernelSize: 1 }));
    return normalisedConvolution(draw, relu(normalisedDepthwise(draw, x, 1)), { filters: 4, kernelSize: 1 });
  }),
  concatenating: functional((draw, input) => {
    const branch = (filters: number) => normalisedConvolution(draw, input, { filters, kernelSize: 3 });
    return relu(apply(layers.layers.concatenate(), [branch(3), branch(4)]));
  }),
  transposed: functional((draw, input) => {
    const x = relu(normalisedConvolution(draw, input, { filters: 6, kernelSize: 3, strides: 2 }));
    const wide = layers.layers.conv2dTranspose({ filters: 5, kernelSize: 3, strides: 2, padding: 'same' });
    const cropped = layers.layers.cropping2D({ cropping: [1, 1] });
    return apply(cropped, apply(layers.layers.prelu({ sharedAxes: [1, 2] }), apply(wide, x)));
  }),
  slopes: functional((draw, input) =>
    apply(layers.layers.prelu({}), normalisedConvolution(draw, input, { filters: 6, kernelSize: 3 })),
  ),
  sequence: () =>
    layers.sequential({
      layers: [
        layers.layers.conv1d({ filters: 6, kernelSize: 3, inputShape: [9, 2] }),
        layers.layers.maxPooling1d({ poolSize: 2 }),
        layers.layers.conv1d({ filters: 5, kernelSize: 2, activation: 'relu' }),
        layers.layers.flatten(),
        layers.layers.dense({ units: 3 }),
      ],
    }),
  reshaped: () =>
    layers.sequential({
      layers: [
        layers.layers.conv2d({ filters: 6, kernelSize: 3, inputShape: [6, 6, 2] }),
        layers.layers.upSampling2d({}),
        layers.layers.reshape({ targetShape: [64, 6] }),
        layers.layers.conv1d({ filters: 4, kernelSize: 3 }),
        layers.layers.reshape({ targetShape: [62 * 4] }),
        layers.layers.dense({ units: 3 }),
      ],
    }),
};

/** Each weight that is 0 gets a value, so that a bias or a mean at the wrong channel shows. */
function filled(model: ModelContent): ModelContent {
  const vectors = [...model.tensors].map(([name, tensor], i): [string, Tensor] => {
    if (tensor.shape.length > 1) return [name, tensor];
    const data = numbers(tensor.data.length, i + 1).map((value) => 1 + value / 2);
    return [name, { ...tensor, data }];
  });
  return { ...model, tensors: new Map(vectors) };
}

/** The model in which no kernel reads the removed channels. */
function masked(model: ModelContent, removed: ReadonlySet<number>): ModelContent {
  const tensors = new Map(model.tensors);
  channelGroups(model).layers.forEach(({ type, inputs }, i) => {
    if (!/^(Conv|Dense)/.test(type)) return;
    const { tensor } = readGraph(model).layers[i]!.tensors.find(({ kernel }) => kernel)!;
    const width = tensor.shape.at(-1)!;
    const input = (at: number) => (type === 'Conv2DTranspose' ? at : Math.floor(at / width)) % inputs.length;
    const data = tensor.data.map((value, at) => (removed.has(inputs[input(at)]!) ? 0 : value));
    tensors.set(tensor.name, { ...tensor, data });
  });
  return { ...model, tensors };
}

async function outputs(model: ModelContent): Promise<Float32Array> {
  const running = await toLayersModel(model);
  const shape = [2, ...running.inputs[0]!.shape.slice(1).map(Number)];
  const input = tf.tensor(numbers(tf.util.sizeFromShape(shape)), shape);
  const data = (running.predict(input) as tf.Tensor).dataSync<'float32'>();
  running.dispose();
  return data;
}

describe.each(Object.keys(networks))('%s', (name) => {
  it.each([2, 3])('without one in %i of its channels answers as if nobody read them', async (period) => {
    const network = networks[name]!();
    const model = filled(fromLayersModel(network));
    network.dispose();
    const groups = channelGroups(model);
    const free = [...new Set(groups.layers.flatMap(({ outputs: made }) => made))].filter(
      (one) => !groups.fixed.has(one),
    );
    const removed = new Set(free.filter((_, i) => i % period === 0));
    expect(removed.size).toBeGreaterThan(1);
    const small = removeChannels(model, groups, removed);
    const [expected, got] = [await outputs(masked(model, removed)), await outputs(small)];
    const largest = Math.max(...expected.map((value, i) => Math.abs(value - got[i]!) / Math.max(1, Math.abs(value))));
    expect(largest).toBeLessThan(1e-4);
    const params = (one: ModelContent) => readGraph(one).layers.reduce((sum, layer) => sum + layer.params, 0);
    expect(params(small)).toBeLessThan(params(model));
  });
});

it('reads the names that a graph gives to weights', () => {
  const network = createArchitecture('lenet-5', 1);
  const model = fromLayersModel(network);
  network.dispose();
  const renamed: ModelContent = {
    ...model,
    tensors: new Map(
      [...model.tensors.values()].map((tensor) => [`${tensor.name}_1:0`, { ...tensor, name: `${tensor.name}_1:0` }]),
    ),
  };
  const groups = channelGroups(renamed);
  const [channel] = groups.layers.find(({ name }) => name === 'conv1')!.outputs;
  const { tensors } = removeChannels(renamed, groups, new Set([channel!]));
  expect(tensors.get('conv1/kernel_1:0')!.shape).toEqual([5, 5, 1, 19]);
  expect(tensors.get('conv1/bias_1:0')!.shape).toEqual([19]);
  expect(tensors.get('conv2/kernel_1:0')!.shape).toEqual([5, 5, 19, 50]);
});

it('refuses to remove outputs of the last layer, and to empty a layer', () => {
  const network = createArchitecture('lenet-5', 1);
  const model = fromLayersModel(network);
  network.dispose();
  const groups = channelGroups(model);
  const made = (layer: string) => new Set(groups.layers.find(({ name }) => name === layer)!.outputs);
  expect(() => removeChannels(model, groups, made('logits'))).toThrow(/must stay \(it is the output of the model\)/);
  expect(() => removeChannels(model, groups, made('conv1'))).toThrow(/"conv1" would lose its last channel/);
});

it.each([
  [layers.layers.layerNormalization({ name: 'odd' }), /"odd" \(LayerNormalization: its mean and variance/],
  [layers.layers.permute({ dims: [3, 1, 2], name: 'odd' }), /"odd" \(Permute: it moves the axis/],
  [layers.layers.reshape({ targetShape: [3, 48], name: 'odd' }), /"odd" \(Reshape: it mixes channels with positions/],
  [layers.layers.activation({ activation: 'softmax', name: 'odd' }), /"odd" \(Activation: each output of a softmax/],
])('leaves whole what it cannot follow, and says why', (layer, reason) => {
  const input = layers.input({ shape: [6, 6, 2] });
  const x = normalisedConvolution(new Draw(), input, { filters: 4, kernelSize: 3 });
  const network = layers.model({ inputs: input, outputs: apply(layers.layers.flatten(), apply(layer, x)) });
  const groups = channelGroups(fromLayersModel(network));
  const [convolution] = groups.layers.filter(({ type }) => type === 'Conv2D');
  for (const channel of convolution!.outputs)
    expect(whyFixed(groups.fixed.get(channel)!, convolution!.name)).toMatch(reason);
});
