import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers as tfLayers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { describedAs } from '../../../src/engine/model/layers-model/content';
import { readTopology, type Topology } from '../../../src/engine/model/layers-model/description/topology';

const make = tfLayers.layers;
type Symbolic = tfLayers.SymbolicTensor;

beforeAll(() => tf.setBackend('cpu'));

const read = (described: Record<string, unknown>): Topology => {
  const topology = readTopology(described);
  if (!topology) throw new Error('no model');
  return topology;
};

/** Each call as the layer and what feeds it: `out < down.0 down.1`, with the call of a layer as its own count. */
function callsOf({ nodes, calls, results, inputCalls }: Topology) {
  const label = (call: number) => {
    const { node } = calls[call]!;
    return `${nodes[node]!.id}#${nodes[node]!.calls.indexOf(call)}`;
  };
  return {
    calls: calls.map(({ inputs }, i) =>
      [label(i), '<', ...inputs.map(({ call, output, keyword }) => `${label(call)}.${output}${keyword ?? ''}`)].join(
        ' ',
      ),
    ),
    inputs: inputCalls.map(label),
    results: results.map(({ call, output }) => `${label(call)}.${output}`),
  };
}

const input = (name: string, size = 4) => ({
  class_name: 'InputLayer',
  name,
  config: { name, batch_input_shape: [null, size] },
  inbound_nodes: [] as unknown[],
});
const layer = (name: string, ...nodes: [string, number, number?][][]) => ({
  class_name: 'Dense',
  name,
  config: { name, units: 4 } as Record<string, unknown>,
  inbound_nodes: nodes.map((node) => node.map(([from, call, output = 0]) => [from, call, output, {}])) as unknown[],
});
const model = (name: string, layers: object[], inputs: unknown, outputs: unknown, ...nodes: unknown[]) => ({
  class_name: 'Functional',
  name,
  config: { name, layers, input_layers: inputs, output_layers: outputs },
  inbound_nodes: nodes,
});
const keras3 = (args: [string, number, number?][], kwargs: object = {}) => ({
  args: args.map(([from, call, output = 0]) => tensor(from, call, output)),
  kwargs,
});
const tensor = (from: string, call = 0, output = 0) => ({
  class_name: '__keras_tensor__',
  config: { shape: [null, 4], keras_history: [from, call, output] },
});

describe('the calls of a model', () => {
  it('of a sequential model follow one another', () => {
    const running = tfLayers.sequential({
      layers: [make.flatten({ name: 'f', inputShape: [2, 2] }), make.dense({ name: 'd', units: 3 })],
    });
    expect(callsOf(read(describedAs(running)))).toEqual({
      calls: ['f#0 <', 'd#0 < f#0.0'],
      inputs: ['f#0'],
      results: ['d#0.0'],
    });
  });

  it('are each made of a shared layer, and of an encoder that is called twice, as TensorFlow.js writes them', () => {
    const encoder = tfLayers.sequential({
      name: 'enc',
      layers: [make.dense({ name: 'e', units: 3, inputShape: [4] }), make.reLU({ name: 'r' })],
    });
    const [a, b] = [tfLayers.input({ shape: [4], name: 'a' }), tfLayers.input({ shape: [4], name: 'b' })];
    const shared = make.dense({ name: 's', units: 3 });
    const left = shared.apply(encoder.apply(a)) as Symbolic;
    const right = shared.apply(encoder.apply(b)) as Symbolic;
    const out = make.concatenate({ name: 'c' }).apply([right, left]) as Symbolic;
    const running = tfLayers.model({ inputs: [b, a], outputs: [out, left] });
    const topology = read(describedAs(running));
    const { calls, inputs, results } = callsOf(topology);
    expect(new Set(calls)).toEqual(
      new Set([
        'a#0 <', 'b#0 <', 'enc/e#0 < a#0.0', 'enc/e#1 < b#0.0', 'enc/r#0 < enc/e#0.0', 'enc/r#1 < enc/e#1.0',
        's#0 < enc/r#0.0', 's#1 < enc/r#1.0', 'c#0 < s#1.0 s#0.0',
      ]),
    ); // prettier-ignore
    expect(inputs).toEqual(['b#0', 'a#0']);
    expect(results).toEqual(['c#0.0', 's#0.0']);
    expect(topology.nodes.find(({ name }) => name === 's')).toMatchObject({ calls: { length: 2 }, inputs: ['enc/r'] });
    expect(topology.plain).toBe(true);
  });

  it('begin in a model that comes first in a sequential one', () => {
    const base = tfLayers.model({
      name: 'base',
      ...((x) => ({ inputs: x, outputs: make.dense({ name: 'd', units: 2 }).apply(x) as Symbolic }))(
        tfLayers.input({ shape: [4], name: 'x' }),
      ),
    });
    const running = tfLayers.sequential({ layers: [base, make.dense({ name: 'out', units: 2 })] });
    expect(callsOf(read(describedAs(running)))).toEqual({
      calls: ['base/x#0 <', 'base/d#0 < base/x#0.0', 'out#0 < base/d#0.0'],
      inputs: ['base/x#0'],
      results: ['out#0.0'],
    });
  });

  it.each([
    // Keras 2 and TensorFlow.js count a first call of a nested model, which ties its own ends together.
    ['Keras 2', [[['a', 0, 0, {}]], [['b', 0, 0, {}]]], [[['f', 2, 1, {}]], [['f', 1, 0, {}]]], ['f', 2, 0]],
    // Keras 3 does so in its outputs alone.
    ['Keras 3', [keras3([['a', 0]]), keras3([['b', 0]])], [keras3([['f', 1, 1]]), keras3([['f', 0, 0]])], ['f', 2, 0]],
  ])('of nested models are counted as %s does', (_, calls, uses, output) => {
    const inner = model('f', [input('x'), layer('p', [['x', 0]]), layer('q', [['x', 0]])], [['x', 0, 0]], [['p', 0, 0], ['q', 0, 0]], ...calls); // prettier-ignore
    const described = model('m', [input('a'), input('b'), inner, { ...layer('s'), inbound_nodes: uses }], [['a', 0, 0], ['b', 0, 0]], [['s', 0, 0], ['s', 1, 0], output]); // prettier-ignore
    expect(callsOf(read(described))).toEqual({
      calls: [
        'a#0 <', 'b#0 <', 'f/p#0 < a#0.0', 'f/q#0 < a#0.0', 'f/p#1 < b#0.0', 'f/q#1 < b#0.0', 's#0 < f/q#1.0',
        's#1 < f/p#0.0',
      ],
      inputs: ['a#0', 'b#0'],
      results: ['s#0.0', 's#1.0', 'f/p#1.0'],
    }); // prettier-ignore
  });

  it('take tensors by keyword, and from operations of Keras 2', () => {
    const lstm = { ...layer('l'), class_name: 'LSTM', inbound_nodes: [keras3([['x', 0]], { initial_state: [tensor('h')], mask: null })] }; // prettier-ignore
    expect(callsOf(read(model('m', [input('x'), input('h'), lstm], [['x', 0, 0], ['h', 0, 0]], ['l', 0, 0]))).calls).toEqual(
      ['x#0 <', 'h#0 <', 'l#0 < x#0.0 h#0.0initial_state'],
    ); // prettier-ignore
    const add = { ...layer('+'), class_name: 'TFOpLambda', inbound_nodes: [['x', 0, 0, { y: ['h', 0, 0], name: null, z: ['w', 1, 2] }]] }; // prettier-ignore
    const topology = read(model('m', [input('x'), input('h'), add], { b: ['h', 0, 0], a: ['x', 0, 0] }, [['+', 0, 0]]));
    expect(callsOf(topology)).toMatchObject({
      calls: ['x#0 <', 'h#0 <', '+#0 < x#0.0 h#0.0y'],
      inputs: ['x#0', 'h#0'],
    });
    expect(topology.plain).toBe(false);
  });

  it('count in the order in which TensorFlow.js can make them', () => {
    // The first call waits for a layer that is listed behind, so the second is made before it.
    const described = model('m', [input('x'), layer('s', [['late', 0]], [['x', 0]]), layer('late', [['x', 0]]), layer('o', [['s', 0]])], [['x', 0, 0]], [['o', 0, 0], ['s', 1, 0]]); // prettier-ignore
    const topology = read(described);
    expect(callsOf(topology).calls).toEqual([
      'x#0 <',
      's#0 < x#0.0',
      'late#0 < x#0.0',
      'o#0 < s#0.0',
      's#1 < late#0.0',
    ]);
  });

  it('that lead to no output are left out', () => {
    const described = model('m', [input('x'), layer('s', [['x', 0]], [['s', 0]]), layer('dead', [['s', 1]])], [['x', 0, 0]], [['s', 0, 0]]); // prettier-ignore
    const topology = read(described);
    expect(callsOf(topology).calls).toEqual(['x#0 <', 's#0 < x#0.0']);
    expect(topology.nodes.map(({ name, calls }) => [name, calls])).toEqual([['x', [0]], ['s', [1]], ['dead', []]]); // prettier-ignore
  });
});

describe('a description that could never be called is refused', () => {
  const ends = [[['x', 0, 0]], [['o', 0, 0]]] as const;
  it.each([
    ['a circle', [input('x'), layer('o', [['p', 0]]), layer('p', [['o', 0]])], 'depends on its own output'],
    ['itself', [input('x'), layer('o', [['o', 0]])], 'the layer "o" depends on its own output'],
    [
      'a stranger',
      [input('x'), layer('o', [['y', 0]])],
      'the layer "o" takes the output of "y", which it does not have',
    ],
    [
      'what is never called',
      [input('x'), layer('y'), layer('o', [['y', 0]])],
      '"o" waits for "y", which is never called',
    ],
    ['what is called less', [input('x'), layer('y', [['x', 0]]), layer('o', [['y', 1]])], 'never called so often'],
    [
      'one name twice',
      [input('x'), layer('o', [['x', 0]]), layer('o', [['x', 0]])],
      'two of its layers are called "o"',
    ],
    [
      'an input that is fed',
      [input('x'), { ...input('o'), inbound_nodes: [[['x', 0, 0, {}]]] }],
      'is fed by other layers',
    ],
    ['an input of its own', [input('x'), input('z'), layer('o', [['z', 0]])], 'the input "z" is not among its inputs'],
    ['no call', [input('x'), layer('o', [['x', -3]])], 'fed by something that is not an output'],
    ['a second output of an input', [input('x'), layer('o', [['x', 0, 1]])], 'output 1 of "x" is used, which makes 1'],
    ['a long name', [input('x'), layer('o'.repeat(2000), [['x', 0]])], 'is longer than 1000 characters'],
    [
      'too many inputs',
      [
        input('x'),
        layer(
          'o',
          Array.from({ length: 1001 }, () => ['x', 0]),
        ),
      ],
      'takes more than 1,000 tensors at once',
    ],
    ['two names', [input('x'), { ...layer('o', [['x', 0]]), name: 'p' }], 'a layer is called both "p" and "o"'],
  ])('%s', (_, layers, message) => {
    expect(() => readTopology(model('m', layers, ...ends))).toThrow(message);
  });

  it('a layer of a sequential model that feeds itself by its name', () => {
    const flatten = { class_name: 'Flatten', config: { name: 'f', batch_input_shape: [null, 4] } };
    expect(() => readTopology({ class_name: 'Sequential', config: { layers: [flatten, flatten] } })).toThrow(
      /^The model cannot be read, because two of its layers are called "f": convert it again\.$/,
    );
  });

  it('a nested model that is fed too little, or asked for more than it makes', () => {
    const inner = (...nodes: unknown[]) =>
      model('f', [input('a'), input('b'), layer('c', [['a', 0], ['b', 0]])], [['a', 0, 0], ['b', 0, 0]], [['c', 0, 0]], ...nodes); // prettier-ignore
    expect(() =>
      readTopology(model('m', [input('x'), inner([['x', 0, 0, {}]])], [['x', 0, 0]], [['f', 1, 0]])),
    ).toThrow('takes 2 inputs but gets 1');
    const both = inner([['x', 0, 0, {}], ['x', 0, 0, {}]]); // prettier-ignore
    expect(() => readTopology(model('m', [input('x'), both], [['x', 0, 0]], [['f', 1, 1]]))).toThrow('which makes 1');
    expect(() => readTopology(model('m', [input('x'), both], [['x', 0, 0]], [['f', 0, 0]]))).toThrow('"f"');
  });

  it('models within models without end, and such that call each other beyond all bounds', () => {
    const wrap = (inside: object, name: string, calls: number) =>
      model(name, [input('x'), inside], [['x', 0, 0]], [['n', calls, 0]], [['x', 0, 0, {}]]);
    const nested = (depth: number) => {
      let inside: object = layer('n', [['x', 0]]);
      for (let i = 0; i < depth; i++) inside = wrap(inside, 'n', i === 0 ? 0 : 1);
      return inside as Record<string, unknown>;
    };
    expect(readTopology(nested(16))?.nodes).toHaveLength(2);
    expect(() => readTopology(nested(500))).toThrow('models within models, more than 16 deep');
    let doubling: object = layer('n', [['x', 0]]);
    for (let i = 0; i < 16; i++) {
      const twice = Array.from({ length: 8 }, (_, k) => [[k === 0 ? 'x' : 'n', k, 0, {}]]);
      doubling = model('n', [input('x'), doubling], [['x', 0, 0]], [['n', i === 0 ? 0 : 8, 0]], ...twice);
    }
    expect(() => readTopology(doubling as Record<string, unknown>)).toThrow('called more than 50,000 times');
    const many = Array.from({ length: 10_001 }, (_, i) => layer(`l${i}`));
    expect(() => readTopology(model('m', many, [], []))).toThrow('more than 10,000 layers');
  });
});
