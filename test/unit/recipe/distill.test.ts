import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { tf } from '../../../src/engine/tf';
import type { RecipeStepInput, StepResult } from '../../../src/protocol/steps';
import type { RunEvent, RunResult } from '../../../src/protocol/run';
import { tinyNetwork } from '../train/tiny';
import { Bench } from './runs';

type Distill = Extract<RecipeStepInput, { step: 'distill' }>;
const unscaled: Distill = { step: 'distill', epochs: 2, batchSize: 55, learningRate: 0.01 };
const plain: Distill = { ...unscaled, width: 0.5 };
const distill: Distill = { ...plain, hints: 0.5, attention: 0.5 };
const recipeOf = (step: RecipeStepInput, ...before: RecipeStepInput[]) => ({
  ...{ checkpoint: 'teacher', data: 'shapes', seed: 3, keepEpochs: true },
  steps: [...before, step],
});

let bench: Bench;

afterAll(() => rm(bench.folder, { recursive: true, force: true }));

beforeAll(async () => {
  bench = await Bench.make(await mkdtemp(path.join(tmpdir(), 'secateur-distill-')));
  // A teacher that knows the shapes.
  const train = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01 } as const;
  await bench.run({ checkpoint: 'net', data: 'shapes', steps: [train] }, { out: 'teacher' });
});

function resultOf({ steps }: Pick<RunResult, 'steps'>) {
  const found = steps.find((one): one is Extract<StepResult, { step: 'distill' }> => one.step === 'distill');
  if (!found) throw new Error('nothing was distilled');
  return found;
}

describe('a distillation', () => {
  it('trains students with the teacher and without, keeps the best with it, and says which won', async () => {
    const told: RunEvent[] = [];
    const watch = (event: RunEvent) => void told.push(event);
    const result = await bench.run(recipeOf({ ...distill, seeds: 2 }), { out: 'both', watch });
    const { trainings, comparison, chosen, best, student, teacher } = resultOf(result);
    expect(trainings.map(({ taught, seed, epochs }) => [taught, seed, epochs.length])).toEqual([
      ...[[true, 3, 2], [false, 3, 2], [true, 4, 2], [false, 4, 2]], // prettier-ignore
    ]);
    const accuracies = trainings.map((one) => one.best.validation[0].value);
    expect(trainings[chosen]!.taught).toBe(true);
    expect(best.validation[0].value).toBe(Math.max(accuracies[0]!, accuracies[2]!));
    expect(comparison!.seeds).toBe(2);
    expect(comparison!.validation.gain.mean).toBeCloseTo(
      (accuracies[0]! + accuracies[2]! - accuracies[1]! - accuracies[3]!) / 2,
      10,
    );
    expect(teacher.params).toBe(4 * 9 + 4 + 64 * 3 + 3);
    expect(student.params).toBe(2 * 9 + 2 + 32 * 3 + 3);
    expect(result.after.params).toBe(student.params);
    expect(result.metrics.afterFineTune![0].value).toBe(best.test![0].value);
    const kept = await readCheckpoint(bench.path('both', 'model.json'));
    const epoch = `epoch-${String(best.epoch).padStart(2, '0')}`;
    const folder = bench.path('both', 'epochs', `taught-${chosen / 2 + 1}`, epoch);
    expect(kept.weightsHash).toBe((await readCheckpoint(path.join(folder, 'model.json'))).weightsHash);
    expect(told.filter(({ kind }) => kind === 'message').at(-1)).toMatchObject({ text: /student/ });
    const last = told.findLast((event) => event.kind === 'progress' && event.training !== undefined);
    expect(last).toMatchObject({ training: { student: { index: 3, of: 4, taught: false, seed: 4 } } });
    // One clock counts the examples of all trainings.
    expect(last).toMatchObject({ progress: { total: 220 * 2 * 4, done: 220 * 2 * 4 } });
  });

  it('gives both the same first weights and the same batches: without weight, a teacher changes no bit', async () => {
    const augment = { flip: 'horizontal' as const };
    const step = { ...plain, alpha: 0, augment };
    const { trainings, comparison } = resultOf(await bench.run(recipeOf(step), { out: 'alike' }));
    const [taught, alone] = trainings.map(({ epochs }) => epochs.map((record) => ({ ...record, seconds: 0 })));
    expect(taught).toEqual(alone);
    expect(comparison!.won).toBe('neither');
    const hashes = await bench.hashes('alike');
    const ofEpochs = (name: string) =>
      Object.entries(hashes).flatMap(([file, hash]) => (file.includes(name) && file.endsWith('.bin') ? [hash] : []));
    expect(ofEpochs('taught-1')).toEqual(ofEpochs('alone-1'));
  });

  it('goes on after a cancel in any of its trainings and ends in the same bytes', async () => {
    const recipe = recipeOf({ ...distill, seeds: 2 });
    await bench.run(recipe, { out: 'whole' });
    const whole = await bench.hashes('whole');
    for (const after of [1, 3, 6]) {
      const out = `left-${after}`;
      let epochs = 0;
      const watch = (event: RunEvent, cancel: () => void): void => {
        if (event.kind === 'epoch' && ++epochs === after) cancel();
      };
      await expect(bench.run(recipe, { out, watch })).rejects.toThrow(/Cancelled/);
      await bench.run(recipe, { out, resume: true });
      expect(await bench.hashes(out)).toEqual(whole);
    }
  });

  it('trains what a step before made smaller, and keeps its zeros', async () => {
    const prune = { step: 'prune', amount: { sparsity: 0.6 } } as const;
    const result = await bench.run(recipeOf({ ...unscaled, student: 'model' }, prune), { out: 'shrunken' });
    expect(result.after.sparsity).toBeCloseTo(0.6, 2);
    expect(resultOf(result).keptWork).toMatchObject({ lost: [] });
  });

  it('trains networks that ship, other checkpoints, and students without a comparison', async () => {
    const one: Distill = { ...unscaled, epochs: 1 };
    const mlp = resultOf(await bench.run(recipeOf({ ...one, student: 'mlp', units: [5] }), { out: 'mlp' }));
    expect(mlp.student.params).toBe(36 * 5 + 5 + 5 * 3 + 3);
    const other = await bench.run(recipeOf({ ...one, student: 'net', compare: false }), { out: 'other' });
    expect(resultOf(other)).toMatchObject({ comparison: null, trainings: [{ taught: true }] });
    expect(await readdir(bench.path('other', 'epochs'))).toEqual(['epoch-01']);
  });

  it('teaches what a train step learned', async () => {
    const train: RecipeStepInput = { step: 'train', architecture: 'mlp', units: [6], epochs: 1, batchSize: 20 };
    const recipe = { data: 'shapes', seed: 0, keepEpochs: true, steps: [train, { ...plain, epochs: 1 }] };
    const result = await bench.run(recipe, { out: 'learned' });
    expect(resultOf(result).student.params).toBe(36 * 3 + 3 + 3 * 3 + 3);
    expect(await readdir(bench.path('learned', 'epochs'))).toEqual(['epoch-01', 'step-2']);
  });
});

describe('one sentence refuses', () => {
  it.each<[string, Partial<RecipeStepInput> & object, RegExp]>([
    ['a student without a size', { width: undefined }, /says nothing about the student: give it "width"/],
    ['a student of itself', { student: 'model', width: undefined }, /has the model as the student of itself/],
    ['a size for a checkpoint', { student: 'net' }, /has "width", but a student that begins with weights of its own/],
    ['units of a network without', { units: [3] }, /has "units", which mean nothing to the student scaled/],
    ['pairs for nothing', { hints: 0, attention: 0, pairs: { conv: 'conv' } }, /pairs layers for nothing/],
    ['a layer that does not exist', { pairs: { cnv: 'conv' } }, /The student has no layer "cnv"/],
    ['layers of other sizes', { pairs: { conv: 'flat' } }, /has the places 4x4 but "flat" of the teacher 1/],
    ['attention of one place', { pairs: { flat: 'flat' } }, /no pair of layers has more than one place/],
    ['a pattern that fits nothing', { drop: ['dense*'] }, /"dense\*" in "drop" names no layer/],
    ['no output', { drop: ['out'] }, /cannot do without "out", because its outputs would have another shape/],
    ['fewer layers than there are', { fewer: 2 }, /cannot have 2 layers less than the model: only 1 can be left out/],
    [
      'another teacher',
      { teacher: 'wide' },
      /The teacher "wide" has an output of shape \[\?, 4\] but the student one of \[\?, 3\]/,
    ],
    [
      'a student with other inputs',
      { student: 'large', width: undefined },
      /has an input of shape .* but the student one of/,
    ],
    [
      'a network for larger images',
      { student: 'lenet-5', width: undefined },
      /The network lenet-5 cannot read examples of 6x6x1, because they are too small/,
    ],
  ])('%s, and nothing is written', async (_, change, sentence) => {
    const write = async (name: string, model: ReturnType<typeof tinyNetwork>) => {
      await writeCheckpoint(bench.path(name), fromLayersModel(model)).catch(() => undefined);
      model.dispose();
    };
    await write('wide', tinyNetwork(1, { units: 4 }));
    await cp(path.join(import.meta.dirname, '../../../media/samples/fashion-cnn'), bench.path('large'), {
      recursive: true,
    });
    const step = JSON.parse(JSON.stringify({ ...distill, ...change })) as RecipeStepInput;
    const { numTensors } = tf.memory();
    await expect(bench.run(recipeOf(step), { out: 'refused' })).rejects.toThrow(sentence);
    expect(await readdir(bench.folder)).not.toContain('refused');
    // TensorFlow.js keeps the weights of the layers before one that cannot be built.
    expect(tf.memory().numTensors).toBeLessThanOrEqual(numTensors + 4);
  });
});
