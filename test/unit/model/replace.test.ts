import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../src/engine/checkpoint/encode';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { applyEdits } from '../../../src/engine/model/edit/apply';
import type { Edit } from '../../../src/engine/model/edit/edit';
import type { NewLayer, NewOp, NewTensor } from '../../../src/engine/model/edit/new-layer';
import { NewNames } from '../../../src/engine/model/edit/new-names';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import type { GraphNode } from '../../../src/engine/model/model-graph';
import { INFERENCE } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { UserError } from '../../../src/protocol/errors';
import { numbers } from 'tfjs-backend-onnxruntime/testing/networks/index';
import { Builder, filled, registerBlocks, stock } from '../random-networks';
import { temporaryFolder } from '../temporary';
import { dialects } from './dialects';
import { randomModel } from './random-models';

beforeAll(registerBlocks);

const identity = (size: number, ...window: number[]): NewTensor => ({
  role: 'kernel',
  shape: [...window, size, size],
  data: Float32Array.from({ length: size * size }, (_, i) => (i % (size + 1) === 0 ? 1 : 0)),
});

/** A chain that computes what a node computes: the identity, and the same layer again. Undefined where there is none. */
function twoFor(node: GraphNode, names: NewNames): NewLayer[] | undefined {
  const { op, tensors } = node;
  if (!('activation' in op) || op.kind === 'activation') return undefined;
  const weights = tensors.map(({ role, tensor }): NewTensor => {
    if (!['kernel', 'depthwise-kernel', 'pointwise-kernel', 'bias'].includes(role)) throw new Error(role);
    return { role: role as NewTensor['role'], shape: tensor.shape, data: tensor.data as Float32Array };
  });
  const kernel = weights.find(({ role }) => role.endsWith('kernel'))!.shape;
  const [first, second] = names.of(node, ['in', 'out']);
  const size = kernel.at(op.kind === 'transposed-conv' ? -1 : -2)!;
  if (op.kind === 'dense')
    return [
      { name: first!, op: { kind: 'dense', units: size, activation: 'linear' }, tensors: [identity(size)] },
      { name: second!, op, tensors: weights },
    ];
  const each = Array.from({ length: op.rank }, () => 1);
  const window = { size: each, strides: each, dilation: each, padding: 'valid' } as const;
  const { rank } = op;
  const single: NewOp = { kind: 'conv', rank, filters: size, groups: 1, activation: 'linear', window };
  return [
    { name: first!, op: single, tensors: [identity(size, ...each)] },
    { name: second!, op, tensors: weights },
  ];
}

/** Edits that change no output: layers doubled, and layers dropped that do nothing at inference. */
function harmless(model: ModelContent, chosen: (i: number) => boolean): Edit[] {
  const { nodes } = readGraph(model);
  const names = new NewNames(model);
  return nodes.flatMap((node, i): Edit[] => {
    if (!chosen(i)) return [];
    const idle = ['noise', 'identity'].includes(node.op.kind);
    const by = idle ? [] : twoFor(node, names);
    return by ? [{ edit: 'replace', node, by }] : [];
  });
}

function nearlyEqual(a: readonly number[][], b: readonly number[][]): void {
  expect(b.length).toBe(a.length);
  a.forEach((output, i) => {
    const scale = Math.max(...output.map(Math.abs), 1e-3);
    const far = Math.max(...output.map((value, j) => Math.abs(value - b[i]![j]!) / scale));
    expect(far).toBeLessThan(1e-4);
  });
}

/** The outputs as the engine computes them, from whole numbers below 10. */
async function outputsOf(model: ModelContent): Promise<number[][]> {
  const network = await toNetwork(model);
  const made = tf.tidy(() => {
    const inputs = network.inputs.map(({ shape }) => {
      const own = [3, ...shape.slice(1).map((size) => size ?? 4)];
      const size = own.reduce((all, one) => all * one, 1);
      return tf.tensor(numbers(size, 3).map((one) => Math.floor(5 + 4.9 * one)), own); // prettier-ignore
    });
    return network.forward(inputs, INFERENCE).map((one) => [...one.dataSync()]);
  });
  network.dispose();
  return made;
}

describe('layers replaced by chains', () => {
  it('leave the outputs of random networks as stock TensorFlow.js computes them', async () => {
    let [replaced, dropped] = [0, 0];
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 2 ** 31 - 1 }),
        fc.integer({ min: 2, max: 5 }),
        async (seed, every) => {
          const builder = new Builder(seed);
          const network = builder.network();
          const model = filled(fromLayersModel(network));
          network.dispose();
          const edits = harmless(model, () => builder.next(every) < 2);
          replaced += edits.filter((edit) => edit.edit === 'replace' && edit.by.length > 0).length;
          dropped += edits.filter((edit) => edit.edit === 'replace' && edit.by.length === 0).length;
          const edited = applyEdits(model, edits);
          nearlyEqual((await stock(model)).outputs, (await stock(edited)).outputs);
          // The order of the weights follows that of the layers.
          const order = readGraph(edited).nodes.flatMap(({ tensors }) => tensors.map(({ tensor }) => tensor.name));
          const kept = new Set(
            readGraph(model).nodes.flatMap(({ tensors }) => tensors.map(({ tensor }) => tensor.name)),
          );
          const grown = order.filter((name) => !kept.has(name));
          expect([...edited.tensors.keys()].filter((name) => !kept.has(name))).toHaveLength(grown.length);
        },
      ),
      { numRuns: 40, seed: 11 },
    );
    expect(replaced).toBeGreaterThan(80);
    expect(dropped).toBe(0);
  }, 120_000);

  it('leave the outputs of models in all dialects', async () => {
    const folder = await temporaryFolder();
    const names = Object.keys(dialects);
    let [compared, dropped, refused] = [0, 0, 0];
    for (let seed = 1; seed <= 100; seed++) {
      const made = randomModel(seed);
      if (!made) continue;
      const content = fromLayersModel(made.model);
      made.model.dispose();
      const plain = path.join(folder, `${seed}`);
      await mkdir(plain);
      const { entries, shards } = encodeCheckpoint(content);
      const manifest = [{ paths: ['weights.bin'], weights: entries }];
      await writeFile(path.join(plain, 'weights.bin'), Buffer.concat(shards.map(({ bytes }) => bytes)));
      const json = { format: 'layers-model', modelTopology: content.modelTopology, weightsManifest: manifest };
      await writeFile(path.join(plain, 'model.json'), JSON.stringify(json));
      const file = await dialects[names[seed % names.length]!]!(plain, path.join(folder, `${seed}-dialect`));
      const ran = await readCheckpoint(file)
        .then(async (model) => ({ model, before: await outputsOf(model) }))
        .catch(unlessUser);
      if (!ran || ran.before.flat().some((one) => !Number.isFinite(one))) continue;
      const edits = harmless(ran.model, () => true);
      const edited = orNull(() => applyEdits(ran.model, edits));
      if (!edited) refused++;
      else {
        nearlyEqual(ran.before, await outputsOf(edited));
        if (edits.length > 0) compared++;
        dropped += edits.filter((edit) => edit.edit === 'replace' && edit.by.length === 0).length;
      }
    }
    expect(compared).toBeGreaterThan(60);
    expect(dropped).toBeGreaterThan(12);
    // A dropout between an input and an output of a nested model stays.
    expect(refused).toBeLessThan(3);
  }, 120_000);

  it('are read from files that number weights by place, and from files of Keras', async () => {
    for (const name of ['archive', 'residual', 'inverted', 'branches']) {
      const model = await readCheckpoint(path.join('test/fixtures/keras', name, 'model.json'));
      const edits = harmless(model, () => true);
      expect(edits.length).toBeGreaterThan(2);
      nearlyEqual(await outputsOf(model), await outputsOf(applyEdits(model, edits)));
    }
  });

  const dense = (name: string, more: Record<string, unknown> = {}) => ({ class_name: 'Dense', config: { name, units: 2, use_bias: false, ...more } }); // prettier-ignore
  const sequential = (...layers: unknown[]) => ({ class_name: 'Sequential', config: { name: 'm', layers } });
  const contentOf = (modelTopology: Record<string, unknown>, ...names: string[]): ModelContent => ({
    modelTopology,
    tensors: new Map(names.map((name, i): [string, Tensor] => [name, { name, shape: [2, 2], dtype: 'float32', data: numbers(4, i + 1) }])), // prettier-ignore
  });
  const edited = (model: ModelContent, ...chosen: string[]) =>
    applyEdits(
      model,
      harmless(model, (i) => chosen.includes(readGraph(model).nodes[i]!.name)),
    );

  it('move the declared shape of the input, and keep the name of an output', async () => {
    const input = { batch_input_shape: [null, 2] };
    const model = contentOf(sequential(dense('a', input), dense('b')), 'a/kernel', 'b/kernel');
    const both = edited(model, 'a', 'b');
    expect([...both.tensors.keys()]).toEqual(['a_in/kernel', 'a_out/kernel', 'b_in/kernel', 'b/kernel']);
    expect(JSON.stringify(both.modelTopology).match(/batch_input_shape/g)).toHaveLength(1);
    nearlyEqual(await outputsOf(model), await outputsOf(both));
    const dropout = { class_name: 'Dropout', config: { name: 'drop', rate: 0.5, ...input } };
    const dropped = edited(contentOf(sequential(dropout, dense('a')), 'a/kernel'), 'drop');
    expect(readGraph(dropped).nodes.map(({ name, type }) => [name, type])).toEqual([
      ['drop_input', 'InputLayer'],
      ['a', 'Dense'],
    ]);
    expect(await outputsOf(dropped)).toHaveLength(1);
  });

  it('keep a shared layer shared, and take names that are free', async () => {
    const node = (...feeds: [string, number][]) => [feeds.map(([name, call]) => [name, call, 0, {}])];
    const layers = [
      { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_input_shape: [null, 2] }, inbound_nodes: [] },
      { ...dense('s', { activation: 'tanh' }), name: 's', inbound_nodes: [...node(['x', 0]), ...node(['s', 0])] },
      { ...dense('s_in'), name: 's_in', inbound_nodes: node(['s', 1]) },
    ];
    const ends = { input_layers: [['x', 0, 0]], output_layers: [['s_in', 0, 0]] };
    const model = contentOf({ class_name: 'Model', config: { name: 'm', layers, ...ends } }, 's/kernel', 's_in/kernel');
    const made = edited(model, 's');
    expect(readGraph(made).nodes.map(({ name, calls }) => [name, calls.length])).toEqual([
      ['x', 1],
      ['s_in_1', 2],
      ['s_out', 2],
      ['s_in', 1],
    ]);
    nearlyEqual(await outputsOf(model), await outputsOf(made));
  });

  it('are refused by name where the result would be another model', () => {
    const dropout = { class_name: 'Dropout', config: { name: 'drop', rate: 0.5, batch_input_shape: [null, 2] } };
    expect(() => edited(contentOf(sequential(dropout)), 'drop')).toThrow(
      '"drop" cannot be replaced, because no other layer',
    );
    const wrapped = { class_name: 'TimeDistributed', config: { name: 'each', batch_input_shape: [null, 3, 2], layer: dense('a') } }; // prettier-ignore
    const model = contentOf(sequential(wrapped), 'each/kernel');
    const [node] = readGraph(model).nodes;
    const identityOf = { name: 'b', op: { kind: 'dense', units: 2, activation: 'linear' }, tensors: [identity(2)] } as const; // prettier-ignore
    expect(() => applyEdits(model, [{ edit: 'replace', node: node!, by: [identityOf] }])).toThrow('"each" cannot be replaced, because another layer is wrapped in it'); // prettier-ignore
    expect(() => applyEdits(model, [{ edit: 'replace', node: node!, by: [] }])).toThrow('"each" cannot be replaced, because no other layer'); // prettier-ignore
    const inbound = (...feeds: string[]) => [feeds.map((name) => [name, 0, 0, {}])];
    const layers = [
      { class_name: 'InputLayer', name: 'x', config: { name: 'x', batch_input_shape: [null, 2] }, inbound_nodes: [] },
      { ...dense('a'), name: 'a', inbound_nodes: inbound('x') },
      { class_name: 'Dropout', name: 'drop', config: { name: 'drop', rate: 0.5 }, inbound_nodes: inbound('a') },
      { class_name: 'Add', name: 'sum', config: { name: 'sum' }, inbound_nodes: inbound('a', 'drop') },
    ];
    const ends = { input_layers: [['x', 0, 0]], output_layers: [['sum', 0, 0]] };
    const twice = contentOf({ class_name: 'Model', config: { name: 'm', layers, ...ends } }, 'a/kernel');
    expect(() => edited(twice, 'drop')).toThrow('before "sum" cannot be dropped');
  });
});

function unlessUser(error: unknown): null {
  if (error instanceof UserError) return null;
  throw error;
}

function orNull<T>(work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    return unlessUser(error);
  }
}
