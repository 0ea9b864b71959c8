import { readdir, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import type { Normalization } from '../../../src/protocol/normalization';
import { twoInputModel, writeRaw } from '../../fixtures/tiny-model';
import { npzFile } from '../dataset/write-npy';
import { tinyNetwork } from '../train/tiny';
import { Bench } from './runs';

const HALVES: Normalization = { mean: 0.5, std: 0.5 };
const UNIT: Normalization = { mean: 0, std: 1 };

/** The normalization that Secateur stores. */
const storing = (normalization: Normalization) => ({
  ...{ version: '0.0.0', recipe: null, seed: 0, parent: null, accuracies: [] },
  backend: { name: 'none', version: '0', threads: 1 },
  dataset: { name: 'shapes', normalization, classNames: ['0', '1', '2'] },
});

/** The same function of pixels with [0,1] as of pixels with [-1,1]: w(2x - 1) + b = (2w)x + (b - sum of w). */
function forUnit([kernel, bias, ...others]: readonly Tensor[]): Tensor[] {
  const filters = bias!.data.length;
  const moved = Float32Array.from(bias!.data);
  kernel!.data.forEach((weight, i) => (moved[i % filters]! -= weight));
  const doubled = Float32Array.from(kernel!.data, (weight) => 2 * weight);
  return [{ ...kernel!, data: doubled }, { ...bias!, data: moved }, ...others];
}

async function addTeacher(bench: Bench, name: string, stored: Normalization, unit: boolean): Promise<void> {
  const model = tinyNetwork(9);
  const content = fromLayersModel(model);
  const tensors = [...content.tensors.values()];
  expect(tensors.map((tensor) => tensor.shape)).toEqual([[3, 3, 1, 4], [4], [64, 3], [3]]);
  const weights = unit ? forUnit(tensors) : tensors;
  await writeCheckpoint(bench.path(name), {
    ...content,
    tensors: new Map(weights.map((tensor) => [tensor.name, tensor])),
    metadata: { secateur: storing(stored) },
  });
  model.dispose();
}

it('a teacher sees pixels with its own normalization, whatever that of the student is', async () => {
  const bench = await Bench.make();
  await addTeacher(bench, 'halves', HALVES, false);
  await addTeacher(bench, 'unit', UNIT, true);
  await addTeacher(bench, 'mistold', HALVES, true);
  const distilled = async (teacher: string) => {
    const step = {
      step: 'finetune',
      epochs: 1,
      batchSize: 20,
      learningRate: 0.01,
      distill: { teacher, alpha: 1 },
    } as const;
    const told: string[] = [];
    await bench.run(
      { checkpoint: 'net', data: 'shapes', steps: [step] },
      { out: `by-${teacher}`, watch: (event) => event.kind === 'message' && told.push(event.text) },
    );
    const { tensors } = await readCheckpoint(bench.path(`by-${teacher}`, 'model.json'));
    return { weights: [...tensors.values()].flatMap(({ data }) => [...data]), told: told.join('\n') };
  };
  const [halves, unit, mistold] = [await distilled('halves'), await distilled('unit'), await distilled('mistold')];
  expect(unit.told).toContain('The teacher takes pixels with normalization [0,1], the model with [-1,1].');
  expect(halves.told).not.toContain('The teacher takes pixels');
  const apart = (weights: readonly number[]) =>
    Math.max(...weights.map((one, i) => Math.abs(one - halves.weights[i]!)));
  expect(apart(unit.weights)).toBeLessThan(1e-4);
  expect(apart(mistold.weights)).toBeGreaterThan(1e-2);
});

it('a teacher that takes other examples is refused in one sentence', async () => {
  const bench = await Bench.make();
  await writeRaw(bench.path('pair'), twoInputModel());
  const step = { step: 'finetune', epochs: 1, distill: { teacher: 'pair' } } as const;
  await expect(bench.run({ checkpoint: 'net', data: 'shapes', steps: [step] })).rejects.toThrow(
    /^The teacher "pair" has an input of shape .* and .* but the student one of [^.]*\.$/,
  );
});

it('a teacher with the outputs of the model in another order is refused, since one would teach another', async () => {
  const bench = await Bench.make();
  const write = async (folder: string, names: readonly string[]): Promise<void> => {
    const x = layers.input({ shape: [4], name: 'x' });
    const outputs = names.map((name) => layers.layers.dense({ units: 3, name }).apply(x) as layers.SymbolicTensor);
    const model = layers.model({ inputs: x, outputs });
    await writeCheckpoint(bench.path(folder), fromLayersModel(model));
    model.dispose();
  };
  await write('student', ['left', 'right']);
  await write('swapped', ['right', 'left']);
  const numbers = (columns: number) => ({
    values: Float32Array.from({ length: 120 * columns }, (_, i) => Math.sin(i)),
    shape: [120, columns],
  });
  await writeFile(bench.path('pairs.npz'), npzFile({ x: numbers(4), left: numbers(3), right: numbers(3) }));
  const run = (teacher: string) => {
    const step = { step: 'finetune', epochs: 1, batchSize: 20, distill: { teacher } } as const;
    return bench.run(
      { checkpoint: 'student', data: 'pairs.npz', steps: [step] },
      { out: `by-${teacher}`, untold: true },
    );
  };
  await expect(run('swapped')).rejects.toThrow(
    'The teacher "swapped" has the outputs right, left but the student left, right: choose a teacher with the same outputs in the same order.',
  );
  expect((await run('start')).steps[0]!.step).toBe('finetune');
});

describe('a student with weights of its own', () => {
  const step = { step: 'distill', epochs: 1, batchSize: 20, compare: false } as const;

  it('is refused where it takes other pixels than the model that teaches it', async () => {
    const bench = await Bench.make();
    await addTeacher(bench, 'halves', HALVES, false);
    await addTeacher(bench, 'unit', UNIT, true);
    const run = (checkpoint: string, student: string) =>
      bench.run(
        { checkpoint, data: 'shapes', steps: [{ ...step, student }] },
        { out: `${student}-of-${checkpoint}`, untold: true },
      );
    await expect(run('halves', 'unit')).rejects.toThrow(
      'The student "unit" takes pixels with normalization [0,1] (stored in the checkpoint), but the model of the run with normalization [-1,1] (stored in the checkpoint): choose a student that takes the same, or start from the student, and fine-tune it with this model as the teacher.',
    );
    await expect(readdir(bench.path('unit-of-halves'))).rejects.toThrow('ENOENT');
    // As the sentence says.
    const finetune = { step: 'finetune', epochs: 1, batchSize: 20, distill: { teacher: 'halves' } } as const;
    expect((await bench.run({ checkpoint: 'unit', data: 'shapes', steps: [finetune] }, { untold: true })).out).toBeDefined(); // prettier-ignore
    // One whose pixels nobody tells has learned nothing.
    expect((await run('halves', 'net')).steps[0]!.step).toBe('distill');
  });

  it('is refused so with several inputs too: arrays of numbers enter as they are', async () => {
    const bench = await Bench.make();
    const write = async (name: string, stored?: Normalization): Promise<void> => {
      const [left, right] = ['left', 'right'].map((input) => layers.input({ shape: [4], name: input }));
      const both = layers.layers.concatenate().apply([left!, right!]) as layers.SymbolicTensor;
      const outputs = layers.layers.dense({ units: 3, activation: 'softmax', name: 'out' }).apply(both) as layers.SymbolicTensor; // prettier-ignore
      const model = layers.model({ inputs: [left!, right!], outputs });
      const metadata = stored ? { secateur: storing(stored) } : {};
      await writeCheckpoint(bench.path(name), { ...fromLayersModel(model), metadata });
      model.dispose();
    };
    await write('teacher');
    await write('pixels', HALVES);
    await write('numbers');
    const numbers = (columns: number) => ({
      values: Float32Array.from({ length: 120 * columns }, (_, i) => Math.sin(i)),
      shape: [120, columns],
    });
    const labels = { values: Int32Array.from({ length: 120 }, (_, i) => i % 3), shape: [120] };
    await writeFile(bench.path('pairs.npz'), npzFile({ left: numbers(4), right: numbers(4), out: labels }));
    const run = (student: string) =>
      bench.run(
        { checkpoint: 'teacher', data: 'pairs.npz', steps: [{ ...step, student }] },
        { out: `by-${student}`, untold: true },
      );
    await expect(run('pixels')).rejects.toThrow(
      /^The student "pixels" does not fit the data: the model was trained on pixels with normalization \[-1,1\], but the examples of [^.]* are numbers and no pixels/,
    );
    expect((await run('numbers')).steps[0]!.step).toBe('distill');
  });
});
