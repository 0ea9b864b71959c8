import { describe, expect, it } from 'vitest';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { readGraph } from '../../../src/engine/model/graph';

const tensor = (name: string, shape: number[] = [2, 2], dtype: Tensor['dtype'] = 'float32', group?: string): Tensor => {
  const size = shape.reduce((all, one) => all * one, 1);
  const data = dtype === 'float32' ? new Float32Array(size) : new Int32Array(size);
  return { name, shape, dtype, data, ...(group === undefined ? {} : { group }) };
};

const modelOf = (modelTopology: Record<string, unknown>, tensors: Tensor[]): ModelContent => ({
  modelTopology,
  tensors: new Map(tensors.map((one) => [one.name, one])),
});

const dense = (name: string) => ({ class_name: 'Dense', config: { name, units: 2 } });
const owners = (model: ModelContent) =>
  Object.fromEntries(readGraph(model).layers.map((layer) => [layer.name, layer.tensors.map((one) => one.tensor.name)]));

describe('the layers of a model', () => {
  it('own the tensors that carry their names, in the ways of all writers', () => {
    const topology = {
      model_config: {
        class_name: 'Sequential',
        config: {
          name: 'net',
          layers: [
            dense('dense'),
            dense('dense_1'),
            { class_name: 'LSTM', config: { name: 'lstm' } },
            { class_name: 'Bidirectional', config: { name: 'bidirectional' } },
          ],
        },
      },
    };
    const names = [
      'dense/kernel',
      'net/dense_1/kernel',
      'dense_1/bias',
      'lstm/lstm_cell/kernel',
      'bidirectional/forward_lstm/kernel',
      'stray/kernel',
      'alone',
    ];
    expect(
      owners(
        modelOf(
          topology,
          names.map((name) => tensor(name)),
        ),
      ),
    ).toEqual({
      dense: ['dense/kernel'],
      dense_1: ['net/dense_1/kernel', 'dense_1/bias'],
      lstm: ['lstm/lstm_cell/kernel'],
      bidirectional: ['bidirectional/forward_lstm/kernel'],
      stray: ['stray/kernel'],
      alone: ['alone'],
    });
  });

  it('of nested models are told apart by their paths, and fed through', () => {
    const inner = (name: string) => ({
      class_name: 'Functional',
      name,
      config: {
        name,
        layers: [
          {
            class_name: 'InputLayer',
            name: 'in',
            config: { name: 'in', batch_input_shape: [null, 4] },
            inbound_nodes: [],
          },
          { ...dense('conv'), name: 'conv', inbound_nodes: [[['in', 0, 0, {}]]] },
        ],
        input_layers: [['in', 0, 0]],
        output_layers: [['conv', 0, 0]],
      },
    });
    const topology = {
      class_name: 'Functional',
      config: {
        name: 'outer',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { name: 'x', batch_input_shape: [null, 4] },
            inbound_nodes: [],
          },
          { ...inner('a'), inbound_nodes: [[['x', 0, 0, {}]]] },
          { ...inner('b'), inbound_nodes: [[['a', 1, 0, {}]]] },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['b', 1, 0]],
      },
    };
    const model = modelOf(topology, [tensor('a/conv/kernel', [4, 2]), tensor('b/conv/kernel', [2, 2])]);
    expect(owners(model)).toEqual({ x: [], 'a/conv': ['a/conv/kernel'], 'b/conv': ['b/conv/kernel'] });
    expect(readGraph(model).layers.map(({ outputShape, macs }) => [outputShape, macs])).toEqual([
      [[null, 4], 0],
      [[null, 2], 8],
      [[null, 2], 4],
    ]);
  });

  it('are read from Keras 3 too', () => {
    const kerasTensor = (from: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 4], keras_history: [from, 0, 0] },
    });
    const policy = { class_name: 'DTypePolicy', config: { name: 'float32' } };
    const topology = {
      class_name: 'Functional',
      config: {
        name: 'net',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { name: 'x', batch_shape: [null, 4], dtype: 'float32' },
            inbound_nodes: [],
          },
          {
            class_name: 'Dense',
            name: 'd',
            config: { name: 'd', units: 3, dtype: policy, activation: 'softmax' },
            inbound_nodes: [{ args: [kerasTensor('x')], kwargs: {} }],
          },
          {
            class_name: 'Add',
            name: 'add',
            config: { name: 'add' },
            inbound_nodes: [{ args: [[kerasTensor('d'), kerasTensor('d')]], kwargs: {} }],
          },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: ['add', 0, 0],
      },
    };
    const graph = readGraph(modelOf(topology, []));
    expect(graph.layers.map(({ outputShape }) => outputShape)).toEqual([
      [null, 4],
      [null, 3],
      [null, 3],
    ]);
    expect(graph.outputs).toBe(1);
  });

  it('may be listed in any order, in a chain of any length', () => {
    const chain = Array.from({ length: 9_999 }, (_, i) => ({
      class_name: 'ReLU',
      name: `r${i}`,
      config: { name: `r${i}` },
      inbound_nodes: [[[i === 0 ? 'x' : `r${i - 1}`, 0, 0, {}]]],
    }));
    const input = { class_name: 'InputLayer', name: 'x', config: { batch_input_shape: [null, 4] }, inbound_nodes: [] };
    const layers = [...chain.reverse(), input];
    const topology = {
      class_name: 'Functional',
      config: { layers, input_layers: [['x', 0, 0]], output_layers: [['r9998', 0, 0]] },
    };
    const graph = readGraph(modelOf(topology, []));
    expect(graph.layers[0]!.outputShape).toEqual([null, 4]);
    expect(graph.layers.filter(({ outputShape }) => outputShape === null)).toEqual([]);
  });

  it('of a GraphModel are groups of its constants, none of which is pruned that no operation reads', () => {
    const model = modelOf({ node: [], library: {} }, [
      tensor('net/conv/weights', [3, 3, 1, 2]),
      tensor('net/conv/bias', [2]),
    ]);
    const graph = readGraph(model);
    expect(graph.layered).toBe(false);
    expect(graph.layers.map(({ name, type, params, prunable }) => [name, type, params, prunable])).toEqual([
      ['net/conv', 'Const', 20, false],
    ]);
  });

  it('leave out the slots of an optimiser', () => {
    const model = modelOf({ class_name: 'Sequential', config: [dense('dense')] }, [
      tensor('dense/kernel'),
      tensor('dense/kernel/m', [2, 2], 'float32', 'optimizer'),
    ]);
    expect(owners(model)).toEqual({ dense: ['dense/kernel'] });
  });
});

describe('what may be pruned', () => {
  const roles = (type: string, tensors: Tensor[]) => {
    const renamed = tensors.map((one) => ({ ...one, name: `layer/${one.name}` }));
    const model = modelOf(
      { class_name: 'Sequential', config: { layers: [{ class_name: type, config: { name: 'layer' } }] } },
      renamed,
    );
    return readGraph(model).layers[0]!.tensors.map(({ kernel, prunable, reason }) => [
      kernel,
      prunable,
      reason?.split(':')[0],
    ]);
  };
  it.each([
    ['Dense', tensor('kernel'), [true, true, undefined]],
    ['Dense', tensor('bias', [2]), [false, false, 'biases are not pruned']],
    ['LSTM', tensor('recurrent_kernel'), [true, true, undefined]],
    ['LSTM', tensor('lstm_cell/kernel'), [true, true, undefined]],
    ['Embedding', tensor('embeddings'), [true, true, undefined]],
    ['BatchNormalization', tensor('gamma', [2]), [false, false, 'normalization weights are not pruned']],
    ['DepthwiseConv2D', tensor('depthwise_kernel', [3, 3, 2, 1]), [true, false, 'depthwise kernels are not pruned']],
    ['SeparableConv2D', tensor('depthwise_kernel', [3, 3, 2, 1]), [true, false, 'depthwise kernels are not pruned']],
    ['SeparableConv2D', tensor('pointwise_kernel', [1, 1, 2, 1]), [true, true, undefined]],
    ['PReLU', tensor('alpha', [4, 4]), [false, false, 'slopes of activations are not pruned']],
    ['Sharpen', tensor('strength', [4, 4]), [true, true, undefined]],
    ['Sharpen', tensor('strength', [4]), [false, false, 'vectors and single numbers are not pruned']],
    ['Sharpen', tensor('table', [4, 4], 'int32'), [false, false, 'int32 weights are not pruned']],
    ['Dense', tensor('kernel', [0, 4]), [false, false, 'it is empty']],
  ] as const)('%s', (type, one, expected) => {
    expect(roles(type, [one])).toEqual([expected]);
  });
});
