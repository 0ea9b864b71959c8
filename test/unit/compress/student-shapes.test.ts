import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { residualBlocks } from '../../../src/engine/compress/student/blocks';
import { narrowed } from '../../../src/engine/compress/student/narrow';
import { scaled } from '../../../src/engine/compress/student/scaled';
import { randomArchitecture } from '../../../src/engine/model/architectures';
import { readGraph } from '../../../src/engine/model/graph';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { toNetwork } from '../../../src/engine/model/runnable';
import { tf } from '../../../src/engine/tf';
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
