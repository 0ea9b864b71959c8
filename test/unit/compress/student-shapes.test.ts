import path from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { residualBlocks } from '../../../src/engine/compress/student/blocks';
import { narrowed } from '../../../src/engine/compress/student/narrow';
import { scaled } from '../../../src/engine/compress/student/scaled';
import { randomArchitecture } from '../../../src/engine/model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { validateDescription, validateWeights } from '../../../src/engine/model/layers-model/validate';
import { INFERENCE, trainableOf } from '../../../src/engine/model/network';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
import { contentOf, fixture, inputsOf } from '../model/layers/fixture';
import { Builder, filled, registerBlocks, stock } from '../random-networks';

beforeAll(registerBlocks);

/** A case of Keras, as its converter wrote it. */
const exported = (name: string) => readCheckpoint(path.join(import.meta.dirname, '../../fixtures/cases', name, 'model.json')); // prettier-ignore

/** Returns a model in which nothing depends on the last units of its recurrent layers. */
function withoutInfluence(model: ModelContent, kept: Readonly<Record<string, number>>): ModelContent {
  const { nodes, calls } = readGraph(model);
  const tensors = new Map(model.tensors);
  const silence = (tensor: Tensor, from: number): void => {
    const data = Float32Array.from(tensor.data);
    const columns = tensor.shape.at(-1)!;
    data.fill(0, from * columns);
    tensors.set(tensor.name, { ...tensor, data });
  };
  for (const { name, tensors: own, calls: made } of nodes) {
    const units = kept[name];
    if (units === undefined) continue;
    silence(own.find(({ role }) => role === 'recurrent-kernel')!.tensor, units);
    for (const reader of calls.filter(({ inputs }) => inputs.some(({ call }) => call === made[0])))
      silence(nodes[reader.node]!.tensors.find(({ role }) => role === 'kernel')!.tensor, units);
  }
  return { ...model, tensors };
}

describe('recurrent layers of a narrower model', () => {
  it('keep the first units of each gate, so that outputs stay where others had no influence', async () => {
    const l = layers.layers;
    const network = layers.sequential({
      layers: [
        l.lstm({ name: 'lstm', units: 8, returnSequences: true, inputShape: [5, 3] }),
        l.gru({ name: 'gru', units: 6, returnSequences: true }),
        l.simpleRNN({ name: 'rnn', units: 4 }),
        l.dense({ name: 'out', units: 2 }),
      ],
    });
    const model = filled(fromLayersModel(network));
    network.dispose();
    const teacher = withoutInfluence(model, { lstm: 4, gru: 3, rnn: 2 });
    const student = narrowed(teacher, 0.5);
    const shape = (name: string) => student.tensors.get(name)!.shape;
    expect(shape('lstm/kernel')).toEqual([3, 16]);
    expect(shape('lstm/recurrent_kernel')).toEqual([4, 16]);
    expect(shape('gru/kernel')).toEqual([4, 9]);
    expect(shape('rnn/bias')).toEqual([2]);
    expect(shape('out/kernel')).toEqual([2, 2]);
    const [before, after] = [await stock(teacher, [3, 5, 3]), await stock(student, [3, 5, 3])];
    after.outputs[0]!.forEach((value, i) => expect(value).toBeCloseTo(before.outputs[0]![i]!, 5));
    // It is no accident of small outputs.
    expect(Math.max(...before.outputs[0]!.map(Math.abs))).toBeGreaterThan(0.01);
  });

  it.each([
    ['k2-gru', 4, [28, 12], [2, 12], [2, 28, 28]],
    ['text-lstm', 12, [16, 48], [48], null],
  ] as const)('are scaled in exports of Keras: %s', async (name, units, kernel, bias, input) => {
    const teacher = await exported(name);
    const student = await scaled(teacher, { width: 0.5 }, 1);
    const layer = readGraph(student).nodes.find(({ op }) => op.kind === 'recurrent')!;
    expect(layer.op).toMatchObject({ units });
    const shapeOf = (role: string) => layer.tensors.find((one) => one.role === role)!.tensor.shape;
    expect(shapeOf('kernel').at(-1)).toBe(kernel[1]);
    expect(shapeOf('bias')).toEqual([...bias]);
    expect(shapeOf('recurrent-kernel')).toEqual([units, kernel[1]]);
    const running = await toNetwork(student);
    const { shape } = running.outputs[0]!;
    if (input) {
      const out = tf.tidy(() => [...running.forward([tf.ones([...input])], { training: false })[0]!.dataSync()]);
      expect(out.every(Number.isFinite)).toBe(true);
      expect(out).toHaveLength(input[0] * shape.at(-1)!);
    }
    running.dispose();
  });

  it('scale a network that ships', async () => {
    const lstm = randomArchitecture('lstm', 1, { input: [4, 3], outputs: 2, units: [5] });
    const student = await scaled(lstm, { width: 0.6 }, 1);
    expect(readGraph(student).nodes.find(({ op }) => op.kind === 'recurrent')!.op).toMatchObject({ units: 3 });
  });
});

describe('wrapped layers of a narrower model', () => {
  /** Lets the second half of four units, or of a copy of them, have no influence on what comes after. */
  function withoutSecondHalves(model: ModelContent): ModelContent {
    const tensors = new Map(model.tensors);
    for (const { role, tensor } of readGraph(model).nodes.flatMap((node) => node.tensors)) {
      if (!/kernel$/.test(role) || tensor.shape.length !== 2) continue;
      const columns = tensor.shape[1]!;
      const data = Float32Array.from(tensor.data, (value, i) => (Math.floor(i / columns) % 4 < 2 ? value : 0));
      tensors.set(tensor.name, { ...tensor, data });
    }
    return { ...model, tensors };
  }
  const sizeOf = (model: ModelContent): number =>
    [...model.tensors.values()].reduce((sum, { data }) => sum + data.length, 0);

  it.each(['wrapped-layers', 'wrapped-layers-2'])(
    'keep the first units of both directions and of each step: %s of Keras',
    async (name) => {
      const keras = fixture(name);
      const teacher = withoutSecondHalves(contentOf(keras));
      const student = narrowed(teacher, 0.5);
      validateDescription(student.modelTopology);
      validateWeights(student);
      const answers = async (model: ModelContent) => {
        const network = await toNetwork(model);
        const out = tf.tidy(() => [...network.forward(inputsOf(keras), INFERENCE)[0]!.dataSync()]);
        network.dispose();
        return out;
      };
      const [before, after] = [await answers(teacher), await answers(student)];
      after.forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 5));
      // Another half of the units would answer otherwise.
      expect(await answers(contentOf(keras))).not.toEqual(before);
      const { nodes } = readGraph(student);
      const op = (layer: string) => nodes.find((one) => one.name === layer)!.op;
      expect(op('each_conv')).toMatchObject({ inner: { filters: 1 } });
      expect(op('both')).toMatchObject({ inner: { units: 2 } });
      expect(op('mean')).toMatchObject({ inner: { units: 2 } });
      expect(op('each_dense')).toMatchObject({ inner: { units: 2 } });
      expect(op('sum')).toMatchObject({ inner: { units: 2 } });
      // Window 9 + 1, depthwise 18 + 2, statistics 8, then both directions of each kind, and the layers of single steps.
      expect(sizeOf(student)).toBe(10 + 20 + 8 + 2 * 8 * (8 + 2 + 1) + 2 * 6 * (4 + 2 + 2) + 6 + 2 * (4 + 4 + 2) + 9);
      expect(JSON.stringify(student.modelTopology)).not.toContain('build_config');
    },
  );

  it('answer in stock TensorFlow.js, and units that pairs of layers share stay paired', async () => {
    const l = layers.layers;
    const input = layers.input({ shape: [3, 8, 4], name: 'in' });
    const each = (layer: layers.layers.Layer, name: string, x: layers.SymbolicTensor) =>
      l.timeDistributed({ layer, name }).apply(x) as layers.SymbolicTensor;
    const frames = each(l.conv1d({ filters: 4, kernelSize: 3 }), 'conv', input);
    const flat = each(l.flatten(), 'flat', each(l.batchNormalization(), 'norm', frames));
    const both = l.bidirectional({ layer: l.lstm({ units: 4, returnSequences: true }), mergeMode: 'concat', name: 'both' }).apply(flat) as layers.SymbolicTensor; // prettier-ignore
    // What is added to the outputs of both directions has the units of both.
    const beside = l.dense({ units: 8, name: 'beside' }).apply(flat) as layers.SymbolicTensor;
    const sum = l.add({ name: 'sum' }).apply([both, beside]) as layers.SymbolicTensor;
    const last = l.bidirectional({ layer: l.simpleRNN({ units: 4 }), mergeMode: 'mul', name: 'last' }).apply(sum) as layers.SymbolicTensor; // prettier-ignore
    const outputs = l.dense({ units: 2, name: 'out' }).apply(last) as layers.SymbolicTensor;
    const network = layers.model({ inputs: input, outputs });
    const teacher = withoutSecondHalves(filled(fromLayersModel(network)));
    network.dispose();
    const student = narrowed(teacher, 0.5);
    const [before, after] = [await stock(teacher, [2, 3, 8, 4]), await stock(student, [2, 3, 8, 4])];
    after.outputs[0]!.forEach((value, i) => expect(value).toBeCloseTo(before.outputs[0]![i]!, 5));
    expect(Math.max(...before.outputs[0]!.map(Math.abs))).toBeGreaterThan(0.01);
    expect(student.tensors.get('beside/kernel')!.shape).toEqual([12, 4]);
    const forward = [...student.tensors.values()].find(({ name }) => /^both\/forward_.*\/kernel$/.test(name));
    expect(forward!.shape).toEqual([12, 8]);
  });

  it('begin anew with random weights that can be trained, and may be left out', async () => {
    for (const name of ['wrapped-layers', 'wrapped-layers-2']) {
      const keras = fixture(name);
      const teacher = contentOf(keras);
      const student = await scaled(teacher, { width: 0.5, fewer: 2 }, 1);
      const gone = readGraph(teacher).nodes.map((one) => one.name).filter((one) => !readGraph(student).nodes.some((node) => node.name === one)); // prettier-ignore
      // Inputs and outputs of one shape, the last one first.
      expect(gone).toEqual(['mean', 'each_dense']);
      const network = await toNetwork(student);
      const [out] = tf.tidy(() => [[...network.forward(inputsOf(keras), INFERENCE)[0]!.dataSync()]]);
      expect(out.every(Number.isFinite)).toBe(true);
      expect(out).toHaveLength(keras.outputs[0]!.values.length);
      expect(trainableOf(network)).toHaveLength(readGraph(student).nodes.flatMap(({ tensors }) => tensors).length - 2);
      network.dispose();
    }
  });

  it('keep the units of a layer that takes states, which another one makes', () => {
    const l = layers.layers;
    // TensorFlow.js warns that it writes the states as inputs.
    const warn = vi.spyOn(console, 'warn').mockReturnValue(undefined);
    const [source, target] = [layers.input({ shape: [3, 2] }), layers.input({ shape: [3, 2] })];
    const [, ...states] = l.lstm({ units: 4, returnState: true, name: 'encoder' }).apply(source) as layers.SymbolicTensor[]; // prettier-ignore
    const decoder = l.lstm({ units: 4, name: 'decoder' }).apply([target, ...states]) as layers.SymbolicTensor;
    const hidden = l.dense({ units: 4, name: 'hidden' }).apply(decoder) as layers.SymbolicTensor;
    const outputs = l.dense({ units: 2, name: 'out' }).apply(hidden) as layers.SymbolicTensor;
    const network = layers.model({ inputs: [source, target], outputs });
    const student = narrowed(fromLayersModel(network), 0.5);
    network.dispose();
    warn.mockRestore();
    expect(student.tensors.get('decoder/kernel')!.shape).toEqual([2, 16]);
    expect(student.tensors.get('hidden/kernel')!.shape).toEqual([4, 2]);
  });
});

describe('a student with fewer residual blocks', () => {
  const resnet = () => randomArchitecture('resnet-20', 7, { input: [8, 8, 3], outputs: 3 });
  const shapesOf = (model: ModelContent) => {
    const { calls, results } = readGraph(model);
    return results.map(({ call }) => calls[call]!.shape);
  };
  const sums = (model: ModelContent): number => readGraph(model).nodes.filter(({ op }) => op.kind === 'merge').length;

  it('leaves them out whole, from the stages that have most', async () => {
    const teacher = resnet();
    expect(sums(teacher)).toBe(9);
    const student = await scaled(teacher, { width: 0.5, blocks: 3 }, 1);
    expect(sums(student)).toBe(6);
    const stages = (model: ModelContent) => {
      const counts: Record<string, number> = {};
      for (const { stage } of residualBlocks(readGraph(model))) counts[stage] = (counts[stage] ?? 0) + 1;
      return Object.values(counts);
    };
    expect(stages(teacher)).toEqual([3, 2, 2]);
    expect(stages(student)).toEqual([2, 1, 1]);
    const { outputs } = await stock(student, [2, 8, 8, 3]);
    expect(outputs[0]).toHaveLength(6);
    expect(outputs[0]!.every(Number.isFinite)).toBe(true);
  });

  it('is refused beyond those that pass their input on', async () => {
    await expect(scaled(resnet(), { blocks: 8 }, 1)).rejects.toThrow(
      'The student cannot have 8 residual blocks less than the model: only 7 that can be left out so that inputs and outputs stay; ask for fewer.',
    );
    await expect(scaled(randomArchitecture('fashion-cnn', 1), { blocks: 1 }, 1)).rejects.toThrow(
      /it has none that can be left out so that inputs and outputs stay; ask for fewer, or for fewer layers\.$/,
    );
  });

  it('works in an export of Keras and in random networks, in stock TensorFlow.js', async () => {
    const models: { model: ModelContent; isExport?: boolean }[] = [{ model: await exported('k3-res'), isExport: true }];
    for (let seed = 1; seed <= 60; seed++) {
      const network = new Builder(seed).network();
      models.push({ model: fromLayersModel(network) });
      network.dispose();
    }
    let found = 0;
    for (const [seed, { model, isExport }] of models.entries()) {
      const blocks = residualBlocks(readGraph(model));
      if (blocks.length === 0) continue;
      const student = await scaled(model, { blocks: 1 }, seed).catch((error: unknown) => {
        // A model within the model cannot be without its last layer.
        expect(String(error)).toContain('residual block');
        return undefined;
      });
      if (!student) continue;
      found++;
      expect(sums(student)).toBeLessThan(sums(model));
      expect(shapesOf(student)).toEqual(shapesOf(model));
      if (isExport) (await toNetwork(student)).dispose();
      else expect((await stock(student)).outputs.flat().every(Number.isFinite)).toBe(true);
    }
    expect(residualBlocks(readGraph(models[0]!.model))).toHaveLength(1);
    expect(found).toBeGreaterThan(3);
  });
});
