import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { readTopology } from '../../../src/engine/model/layers-model/description/topology';
import { load } from '../../../src/engine/model/layers-model/load';
import { matchWeights } from '../../../src/engine/model/layers-model/weights/match';
import { slotsOf, type Slot } from '../../../src/engine/model/layers-model/weights/slots';

beforeAll(() => tf.setBackend('cpu'));

const { layers: l } = { layers: tfLayers.layers };

/** One layer of each kind that has weights. */
function everything(): ModelContent {
  const image = tfLayers.input({ shape: [8, 8, 2] });
  const base = tfLayers.sequential({
    name: 'base',
    layers: [
      l.conv2d({ name: 'conv', filters: 3, kernelSize: 3, inputShape: [8, 8, 2] }),
      l.batchNormalization({ name: 'norm', scale: false }),
      l.depthwiseConv2d({ name: 'depthwise', kernelSize: 2 }),
      l.separableConv2d({ name: 'separable', filters: 4, kernelSize: 2 }),
      l.prelu({ name: 'slopes' }),
      l.conv2dTranspose({ name: 'up', filters: 2, kernelSize: 2, useBias: false }),
      l.layerNormalization({ name: 'layernorm' }),
      l.reshape({ targetShape: [10, 5] }),
    ],
  });
  let x = base.apply(image) as tfLayers.SymbolicTensor;
  x = l
    .timeDistributed({ name: 'each', layer: l.dense({ units: 4, name: 'inner' }) })
    .apply(x) as tfLayers.SymbolicTensor;
  const layer = l.lstm({ units: 3, returnSequences: true, name: 'cell' });
  x = l.bidirectional({ name: 'both', layer, mergeMode: 'concat' }).apply(x) as tfLayers.SymbolicTensor;
  const cells = [l.lstmCell({ units: 2, name: 'a' }), l.gruCell({ units: 3, name: 'b' })];
  x = l.rnn({ name: 'stack', cell: cells }).apply(x) as tfLayers.SymbolicTensor;
  x = l.dense({ name: 'logits', units: 3 }).apply(x) as tfLayers.SymbolicTensor;
  return fromLayersModel(tfLayers.model({ inputs: image, outputs: x }));
}

/** Weights that differ from each other in every element. */
function numbered(model: ModelContent): ModelContent {
  let next = 0;
  const tensors = [...model.tensors.values()].map((tensor): Tensor => {
    return { ...tensor, data: Float32Array.from(tensor.data, () => (next += 0.001)) };
  });
  return { ...model, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
}

const renamed = (
  model: ModelContent,
  nameOf: (tensor: Tensor, slot: Slot) => string,
  all = slots(model),
): ModelContent => {
  const { byTensor } = matchWeights(all, [...model.tensors.keys()]);
  const tensors = [...model.tensors.values()].map((tensor): Tensor => {
    return { ...tensor, name: nameOf(tensor, byTensor.get(tensor.name)!) };
  });
  return { ...model, tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])) };
};
const slots = (model: ModelContent) => readTopology(model.modelTopology)!.nodes.flatMap(slotsOf);
const scopeOf = (name: string) => name.slice(0, name.lastIndexOf('/'));

/** `layer/0`, `layer/1` as Keras 3 counts weights. */
function counted(model: ModelContent): ModelContent {
  const all = slots(model);
  return renamed(
    model,
    (_, slot) => {
      const same = all.filter(({ name }) => scopeOf(name) === scopeOf(slot.name));
      return `${scopeOf(slot.name)}/${same.indexOf(slot)}`;
    },
    all,
  );
}

describe('the weights of all types of layers', () => {
  const model = numbered(everything());
  const dialects: Record<string, ModelContent> = {
    'as TensorFlow.js names them': model,
    'by number': counted(model),
    'with the name of a cell': renamed(model, ({ name }) => name.replace(/^(.*)\/([^/]*)$/, '$1/some_cell/$2')),
    'with the models around them': renamed(model, ({ name }, { layer }) =>
      ['whole', ...layer.split('/').slice(0, -1), name].join('/'),
    ),
    'with the depthwise kernel of Keras 3': renamed(model, ({ name }) =>
      name.replace('depthwise/depthwise_kernel', 'depthwise/kernel'),
    ),
  };

  it.each(Object.entries(dialects))('are found %s, in the variables that run and in the graph', async (_, content) => {
    const running = await load(content);
    expect([...running.variables.keys()].sort()).toEqual([...content.tensors.keys()].sort());
    const expected = new Map([...model.tensors.values()].map((tensor) => [tensor.data[0], tensor]));
    for (const weight of running.model.weights) {
      const variable = weight.read();
      const [name] = [...running.variables].find(([, one]) => one.variable === variable)!;
      expect([...variable.dataSync()], name).toEqual([...content.tensors.get(name)!.data]);
      expect(weight.originalName).toBe(expected.get(content.tensors.get(name)!.data[0])!.name);
    }
    const roles = (one: ModelContent) =>
      readGraph(one).layers.map(({ name, tensors }) => [
        name,
        tensors.map(({ tensor, kernel, prunable, reason }) => [tensor.data[0], kernel, prunable, reason]),
      ]);
    expect(roles(content)).toEqual(roles(model));
    running.dispose();
  });

  it('have the roles of their types', () => {
    const { layers } = readGraph(counted(model));
    const prunable = layers.map(({ name, tensors }) => [
      name,
      tensors.map((one) => (one.prunable ? 'x' : '.')).join(''),
    ]);
    expect(Object.fromEntries(prunable.filter(([, roles]) => roles !== ''))).toEqual({
      conv: 'x.', norm: '...', depthwise: '..', separable: '.x.', slopes: '.', up: 'x', layernorm: '..',
      each: 'x.', both: 'xx.xx.', stack: 'xx.xx.', logits: 'x.',
    }); // prettier-ignore
  });
});

describe('a weight that nothing matches', () => {
  it('fails loading with a sentence that names it', async () => {
    const model = numbered(everything());
    const without = new Map(model.tensors);
    without.delete('norm/beta');
    await expect(load({ ...model, tensors: without })).rejects.toThrow(
      /^No tensor of the checkpoint holds the weight "norm\/beta" of the model, .*\.$/,
    );
    const stray = { ...model.tensors.get('norm/beta')!, name: 'ghost/beta' };
    await expect(load({ ...model, tensors: new Map(model.tensors).set(stray.name, stray) })).rejects.toThrow(
      /^The tensor "ghost\/beta" belongs to no layer of the model, so .*\.$/,
    );
    const third = { ...model.tensors.get('logits/bias')!, name: 'logits/2' };
    const numbers = counted(model);
    await expect(load({ ...numbers, tensors: new Map(numbers.tensors).set(third.name, third) })).rejects.toThrow(
      /^The tensor "logits\/\d" belongs to no layer/,
    );
  });

  it('is never looked for among the tensors of others: a name is asked for, or is an error', async () => {
    const running = await load(numbered(everything()));
    expect(() => running.products(['conv/kernel', 'conv/gamma'])).toThrow(/^The tensor "conv\/gamma"/);
    expect(running.products(['conv/kernel']).map(({ name }) => name)).toEqual(['conv/kernel']);
    running.dispose();
  });
});

it('layers of the same name in different models are told apart by their paths', () => {
  const slot = (model: string, weight: string): Slot => ({
    ...{ layer: `${model}/conv`, name: `conv/${weight}`, weight, place: `layers/${model}/layers/conv/${weight}` },
  });
  const all = ['a', 'b'].flatMap((model) => ['kernel', 'bias'].map((weight) => slot(model, weight)));
  const { byTensor, missing } = matchWeights(all, ['b/conv/kernel', 'a/conv/kernel', 'b/conv/bias', 'a/conv/bias']);
  expect([...byTensor].map(([tensor, { layer, weight }]) => [tensor, `${layer}/${weight}`])).toEqual(
    ['b/conv/kernel', 'a/conv/kernel', 'b/conv/bias', 'a/conv/bias'].map((name) => [name, name]),
  );
  expect(missing).toEqual([]);
});

it('many and long names are matched in no time', () => {
  const layers = Array.from({ length: 5_000 }, (_, i) => ({
    ...{ layer: `d${i}`, name: `d${i}/kernel`, weight: 'kernel', place: `layers/d${i}/vars/0` },
  }));
  const names = [...layers.map(({ layer }) => `${layer}/0`), 'a/'.repeat(20_000)];
  const start = performance.now();
  expect(matchWeights(layers, names).byTensor.size).toBe(5_000);
  expect(performance.now() - start).toBeLessThan(5000);
});
