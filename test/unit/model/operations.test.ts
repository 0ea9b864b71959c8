import { describe, expect, it } from 'vitest';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { readGraph } from '../../../src/engine/model/graph';
import { planPrune } from '../../../src/engine/compress/prune/plan';
import { PruneStep } from '../../../src/protocol/steps/prune';

const tensor = (name: string, shape: number[], dtype: Tensor['dtype'] = 'float32'): Tensor => {
  const size = shape.reduce((all, one) => all * one, 1);
  const data = dtype === 'float32' ? new Float32Array(size).fill(1) : new Int32Array(size).fill(1);
  return { name, shape, dtype, data };
};
const node = (name: string, op: string, input: string[] = [], attr: object = {}) => ({ name, op, input, attr });
const constant = (name: string) => node(name, 'Const');
const calling = (name: string) => ({ func: { name } });

function graphModel(nodes: unknown[], tensors: Tensor[], more: object = {}, outputs: string[] = []): ModelContent {
  const signature = { outputs: Object.fromEntries(outputs.map((name, i) => [String(i), { name: `${name}:0` }])) };
  return {
    modelTopology: { node: nodes, ...more },
    tensors: new Map(tensors.map((one) => [one.name, one])),
    described: { signature },
    format: 'graph-model',
  };
}

/** The kind of layer of each prunable tensor, or the reason against it. */
function said(model: ModelContent): Record<string, string> {
  const all = readGraph(model).layers.flatMap(({ type, tensors }) =>
    tensors.map((one) => [one.tensor.name, one.prunable ? type : (one.reason ?? '')] as const),
  );
  return Object.fromEntries(all);
}

describe('constants of a GraphModel', () => {
  it.each([
    ['Conv2D', ['x', 'c'], 'Conv2D'],
    ['_FusedConv2D', ['x', 'c', 'b'], '_FusedConv2D'],
    ['Conv1D', ['x', 'c'], 'Conv1D'],
    ['Conv3D', ['x', 'c'], 'Conv3D'],
    ['Conv2DBackpropInput', ['s', 'c', 'x'], 'Conv2DBackpropInput, transposed'],
    ['MatMul', ['x', 'c'], 'MatMul'],
    ['MatMul', ['c', 'x'], 'MatMul, rearranged'],
    ['_FusedMatMul', ['x', 'c', 'b'], '_FusedMatMul'],
    ['BatchMatMulV2', ['x', 'c'], 'BatchMatMulV2, rearranged'],
    ['Einsum', ['x', 'c'], 'Einsum, rearranged'],
    [
      'DepthwiseConv2dNative',
      ['x', 'c'],
      'depthwise kernels are not pruned: each holds the only filter of its channel',
    ],
    [
      'FusedDepthwiseConv2dNative',
      ['x', 'c'],
      'depthwise kernels are not pruned: each holds the only filter of its channel',
    ],
    ['Mul', ['x', 'c'], 'read by Mul: a scale, not a kernel'],
    ['RealDiv', ['x', 'c'], 'read by RealDiv: a scale, not a kernel'],
    ['Sub', ['x', 'c'], 'read by Sub: an offset, not a kernel'],
    ['BiasAdd', ['x', 'c'], 'read by BiasAdd: a bias, not a kernel'],
    ['_FusedConv2D', ['x', 'k', 'c'], 'read by _FusedConv2D: a bias, not a kernel'],
    ['Prelu', ['x', 'c'], 'read by Prelu: slopes of an activation, not a kernel'],
    ['FusedBatchNormV3', ['x', 'c'], 'read by FusedBatchNormV3: a normalization weight, not a kernel'],
    ['GatherV2', ['c', 'x'], 'read by GatherV2: a lookup table, not a kernel'],
    ['Conv2D', ['c', 'k'], 'read by Conv2D: a constant, not a kernel'],
    ['ConcatV2', ['x', 'c'], 'read by ConcatV2: a constant, not a kernel'],
    ['Pad', ['^c', 'x'], 'no operation reads it'],
  ])('read by %s as %j: %s', (op, inputs, expected) => {
    const nodes = [
      constant('c'),
      node('x', 'Placeholder'),
      node(
        'net/y',
        op,
        inputs.map((one) => one),
      ),
    ];
    expect(said(graphModel(nodes, [tensor('c', [3, 3, 2, 4])]))['c']).toBe(expected);
  });

  it('are followed through operations that hand them on, into functions, branches and loops', () => {
    const nodes = [
      ...['a', 'b', 'c', 'd', 'e', 'f'].map(constant),
      node('x', 'Placeholder'),
      node('a/read', 'Identity', ['a']),
      node('a/cast', 'Cast', ['a/read:0']),
      node('one/y', 'MatMul', ['x', 'a/cast'], { transpose_b: { b: true } }),
      node('b/turned', 'Transpose', ['b', 'x']),
      node('two/y', 'Conv2D', ['x', 'b/turned']),
      node('three', 'StatefulPartitionedCall', ['x', 'c'], { f: calling('body') }),
      node('four', 'StatelessIf', ['x', 'd'], { then_branch: calling('scaled'), else_branch: calling('product') }),
      node('five', 'StatelessWhile', ['x', 'e'], { cond: calling('always'), body: calling('step') }),
      node('six', 'Enter', ['f']),
      node('six/y', 'MatMul', ['x', 'six']),
    ];
    const fn = (name: string, args: string[], nodeDef: object[], ret: Record<string, string>) => ({
      signature: { name, inputArg: args.map((one) => ({ name: one })) },
      nodeDef,
      ret,
    });
    const library = {
      function: [
        fn(
          'body',
          ['p', 'q'],
          [constant('body/own'), node('m', 'MatMul', ['p', 'q']), node('n', 'Conv2D', ['m', 'body/own'])],
          {
            r: 'n:output:0',
          },
        ),
        fn('scaled', ['p'], [node('m', 'Mul', ['p', 'p'])], { r: 'm:z:0' }),
        fn('product', ['p'], [node('m', 'MatMul', ['p', 'p'])], { r: 'm:product:0' }),
        fn('always', ['p', 'q'], [node('m', 'Less', ['p', 'p'])], { r: 'm:z:0' }),
        fn('step', ['p', 'q'], [node('m', 'MatMul', ['p', 'q'])], { r: 'm:product:0', s: 'q' }),
      ],
    };
    const tensors = ['a', 'b', 'c', 'd', 'e', 'f', 'body/own'].map((name) => tensor(name, [4, 4]));
    expect(said(graphModel(nodes, tensors, { library }))).toEqual({
      a: 'MatMul, transposed',
      b: 'Conv2D, rearranged',
      c: 'MatMul',
      d: 'read by Mul: a scale, not a kernel',
      e: 'MatMul',
      f: 'MatMul',
      'body/own': 'Conv2D',
    });
  });

  it('are left alone unless they are kernels to all that read them, outputs included', () => {
    const nodes = [
      ...['a', 'b', 'c'].map(constant),
      node('x', 'Placeholder'),
      node('one/y', 'MatMul', ['x', 'a']),
      node('two/y', 'Conv2D', ['x', 'a']),
      node('three/y', 'MatMul', ['x', 'b']),
      node('three/z', 'Mul', ['three/y', 'b']),
      node('four/y', 'MatMul', ['x', 'c']),
    ];
    const tensors = ['a', 'b', 'c'].map((name) => tensor(name, [4, 4]));
    expect(said(graphModel(nodes, tensors, {}, ['c', 'four/y']))).toEqual({
      a: 'MatMul',
      b: 'read by Mul: a scale, not a kernel',
      c: 'read by output: a result of the model, not a kernel',
    });
  });

  it('that are vectors, whole numbers or empty are no kernels', () => {
    const nodes = [
      ...['a', 'b', 'c'].map(constant),
      ...['a', 'b', 'c'].map((name) => node(`${name}/y`, 'MatMul', ['x', name])),
    ];
    const found = said(graphModel(nodes, [tensor('a', [4]), tensor('b', [4, 4], 'int32'), tensor('c', [0, 4])]));
    expect(found['a']).toBe('read by MatMul: a constant, not a kernel');
    expect(found['b']).toMatch(/^int32 weights are not pruned/);
    expect(found['c']).toBe('it is empty');
  });

  it('in a cycle, or in nodes that are none, end the search', () => {
    const nodes = [constant('c'), node('a', 'Identity', ['c', 'b']), node('b', 'Identity', ['a']), 5, { op: 'MatMul' }];
    expect(said(graphModel(nodes, [tensor('c', [2, 2])]))).toEqual({
      c: 'read by Identity: a constant, not a kernel',
    });
  });
});

describe('layers of a GraphModel', () => {
  const nodes = [
    ...['k1', 'b1', 'k2', 'k3', 'k4', 'scale', 'anchors'].map((name) => constant(`w/${name}`)),
    node('x', 'Placeholder'),
    node('net/scaled', 'Mul', ['x', 'w/scale']),
    node('net/one/Conv2D', 'Conv2D', ['net/scaled', 'w/k1']),
    node('net/one/BiasAdd', 'BiasAdd', ['net/one/Conv2D', 'w/b1']),
    node('net/two/q', 'MatMul', ['net/one/BiasAdd', 'w/k2']),
    node('net/two/k', 'MatMul', ['net/one/BiasAdd', 'w/k3']),
    node('top', 'MatMul', ['net/two/k', 'w/k4'], { transpose_b: { b: true } }),
    node('boxes', 'AddV2', ['top', 'w/anchors']),
  ];
  const tensors = [
    tensor('w/b1', [4]),
    tensor('w/k1', [3, 3, 2, 4]),
    tensor('w/k2', [4, 4]),
    tensor('w/k3', [4, 4]),
    tensor('w/k4', [6, 4]),
    tensor('w/scale', []),
    tensor('w/anchors', [8, 6]),
  ];
  const model = graphModel(nodes, tensors, {}, ['boxes']);

  it('are the operations with kernels, by their part of the graph, and groups of the other constants', () => {
    expect(
      readGraph(model).layers.map(({ name, type, tensors: own }) => [name, type, ...own.map((one) => one.tensor.name)]),
    ).toEqual([
      ['net/one', 'Conv2D', 'w/k1', 'w/b1'],
      ['net/two/q', 'MatMul', 'w/k2'],
      ['net/two/k', 'MatMul', 'w/k3'],
      ['top', 'MatMul, transposed', 'w/k4'],
      ['net/scaled', 'Mul', 'w/scale'],
      ['boxes', 'AddV2', 'w/anchors'],
    ]);
  });

  it('are pruned without a constant, and every constant left alone is told with its reason', () => {
    const plan = planPrune(model, PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } }));
    expect(plan.totals.sparsity).toBe(0.5);
    expect(plan.layers.find(({ name }) => name === 'boxes')).toMatchObject({
      state: 'protected',
      reason: 'read by AddV2: an offset, not a kernel',
    });
    expect(plan.layers.find(({ name }) => name === 'net/one')?.untouched).toEqual([
      { name: 'w/b1', reason: 'read by BiasAdd: a bias, not a kernel' },
    ]);
  });

  it('are cut by filters along the axis of their outputs, where it is known', () => {
    const step = PruneStep.parse({ step: 'prune', granularity: 'filter', scope: 'layer', amount: { sparsity: 0.5 } });
    const filters = planPrune(model, step);
    expect(filters.selections.get('top')?.count).toBe(3);
    expect(filters.selections.get('net/one')?.count).toBe(2);
    const turned = graphModel(
      [
        constant('c'),
        constant('d'),
        node('t', 'Reshape', ['c']),
        node('a/y', 'MatMul', ['x', 't']),
        node('b/y', 'MatMul', ['x', 'd']),
      ],
      [tensor('c', [4, 4]), tensor('d', [4, 4])],
    );
    expect(planPrune(turned, step).layers[0]).toMatchObject({
      state: 'skipped',
      reason: expect.stringMatching(/rearranged before use/) as string,
    });
  });
});
