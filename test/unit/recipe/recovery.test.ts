import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { validateRecipe } from '../../../src/engine/recipe/validation';
import { hashRecipe, relocated } from '../../../src/engine/recipe/provenance';
import { Recipe } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';
import { tinyNetwork } from '../train/tiny';
import { Bench } from './runs';

const prune = { step: 'prune', amount: { sparsity: 0.7 } } as const;
const finetune = { step: 'finetune', epochs: 3, batchSize: 20, learningRate: 0.01 } as const;
const on = (...steps: object[]) => ({ checkpoint: 'net', data: 'shapes', steps }) as never;
const stopAtEpoch = (event: RunEvent, cancel: () => void): void => {
  if (event.kind === 'epoch') cancel();
};

async function addNetwork(bench: Bench, name: string, seed: number, more: { units?: number } = {}): Promise<void> {
  const model = tinyNetwork(seed, more);
  await writeCheckpoint(bench.path(name), fromLayersModel(model));
  model.dispose();
}

describe('distillation', () => {
  it.each([
    ['the model with which the run began', {}],
    ['another checkpoint', { teacher: 'teacher' }],
  ])('from %s changes what is learnt, and resumed ends in the same bytes', async (_, distill) => {
    const bench = await Bench.make();
    await addNetwork(bench, 'teacher', 5);
    const recipe = on(prune, { ...finetune, distill });
    await bench.run(on(prune, finetune), { out: 'plain' });
    await bench.run(recipe, { out: 'whole' });
    expect(await bench.hashes('whole')).not.toEqual(await bench.hashes('plain'));
    await expect(bench.run(recipe, { watch: stopAtEpoch })).rejects.toThrow(/Cancelled/);
    await bench.run(recipe, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    const written = await readFile(bench.path('out', 'model.json'), 'utf8');
    expect(written).not.toContain(bench.folder);
  });

  it('is not resumed with a teacher that has changed since', async () => {
    const bench = await Bench.make();
    await addNetwork(bench, 'teacher', 5);
    const recipe = on({ ...finetune, distill: { teacher: 'teacher' } });
    await expect(bench.run(recipe, { watch: stopAtEpoch })).rejects.toThrow(/Cancelled/);
    await rm(bench.path('teacher'), { recursive: true });
    await cp(bench.path('net'), bench.path('teacher'), { recursive: true });
    await expect(bench.run(recipe, { resume: true })).rejects.toThrow(/a checkpoint that its steps name has changed/);
  });

  it('from a teacher for other classes, a missing one or none is refused, and nothing is written', async () => {
    const bench = await Bench.make();
    await addNetwork(bench, 'wide', 5, { units: 4 });
    const before = await readdir(bench.folder);
    const run = (teacher: string) => bench.run(on({ ...finetune, distill: { teacher } }));
    await expect(run('wide')).rejects.toThrow(
      /teacher "wide" has an output of shape \[\?, 4\] but the student one of \[\?, 3\]: choose two networks for the same/,
    );
    await expect(run('nothing')).rejects.toThrow(/does not exist/);
    expect(await readdir(bench.folder)).toEqual(before);
    const train = { step: 'train', architecture: 'lenet-5', distill: {} };
    expect(() => {
      validateRecipe(Recipe.parse({ recipeVersion: 1, data: 'shapes', steps: [train] }));
    }).toThrow(/begins with random weights, which teach nothing/);
  });
});

describe('early stop', () => {
  it('ends training when validation no longer improves, also when it is resumed', async () => {
    const bench = await Bench.make();
    const recipe = on({ ...finetune, epochs: 30, patience: 2, learningRate: 0.02, schedule: 'constant' });
    const { steps } = await bench.run(recipe, { out: 'whole' });
    const [step] = steps;
    if (step?.step !== 'finetune') throw new Error('another step');
    const first = step.epochs.find(({ validationAccuracy }) => validationAccuracy === step.best.validationAccuracy);
    expect(step.epochs.length).toBe(first!.epoch + 2);
    expect(step.epochs.length).toBeLessThan(30);
    let seen = 0;
    const stopped = bench.run(recipe, {
      watch: (event, cancel) => {
        if (event.kind === 'epoch' && ++seen === step.epochs.length) cancel();
      },
    });
    // Cancelled after the last epoch that patience allows: nothing is left to train.
    await stopped.catch(() => undefined);
    const resumed = await bench.run(recipe, { resume: true });
    expect(resumed.steps[0]).toMatchObject({ best: { epoch: step.best.epoch } });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
  });

  it('does not give up before full sparsity is reached', async () => {
    const bench = await Bench.make();
    const gradual = { sparsity: 0.8, to: 4 };
    const { steps } = await bench.run(on({ ...finetune, epochs: 6, patience: 1, gradual }));
    const [step] = steps;
    if (step?.step !== 'finetune') throw new Error('another step');
    expect(step.epochs.length).toBeGreaterThanOrEqual(5);
    expect(step.best.epoch).toBeGreaterThanOrEqual(4);
    expect(step.best.sparsity).toBeCloseTo(0.8, 2);
  });
});

describe('rewinding', () => {
  it('gives the weights that are left the values of a checkpoint, and leaves zeros zero', async () => {
    const bench = await Bench.make();
    await addNetwork(bench, 'early', 9);
    const result = await bench.run({ checkpoint: 'net', steps: [prune, { step: 'rewind', to: 'early' }] } as never);
    const [rewound, early] = [
      await readCheckpoint(result.out),
      await readCheckpoint(bench.path('early', 'model.json')),
    ];
    let [zeros, kept] = [0, 0];
    for (const { name, data } of rewound.tensors.values()) {
      const expected = early.tensors.get(name)!.data;
      data.forEach((value, i) => {
        if (name.endsWith('kernel') && value === 0) zeros++;
        else {
          expect(value).toBe(expected[i]);
          if (name.endsWith('kernel')) kept++;
        }
      });
    }
    expect(zeros).toBe(Math.round(0.7 * 228));
    expect(result.steps[1]).toEqual({
      step: 'rewind',
      to: 'early',
      weightSizes: { bytes: 940, idealBits: expect.closeTo(2375.28, 1) as number },
      kept,
      zeros,
      keptWork: { zeros, tensors: 0, lost: [] },
    });
  });

  it('goes back to epochs of the own train step, and resumed ends in the same bytes', async () => {
    const bench = await Bench.make();
    const train = { step: 'train', architecture: 'lenet-300-100', epochs: 2, batchSize: 220 };
    const tuned = { ...finetune, epochs: 2, batchSize: 220, distill: {} };
    const recipe = { data: 'shapes', steps: [train, prune, { step: 'rewind', to: 1 }, tuned] } as never;
    await bench.data('shapes', 28);
    await bench.run(recipe, { out: 'whole' });
    let seen = 0;
    const stopped = bench.run(recipe, {
      watch: (event, cancel) => {
        if (event.kind === 'epoch' && ++seen === 3) cancel();
      },
    });
    await expect(stopped).rejects.toThrow(/Cancelled/);
    await bench.run(recipe, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
    const zero = await bench.run({ data: 'shapes', steps: [train, prune, { step: 'rewind', to: 0 }] } as never, {
      out: 'zero',
    });
    expect(zero.after.sparsity).toBeCloseTo(0.7, 3);
  });

  it.each([
    [on(prune, { step: 'rewind', to: 1 }), /goes back to epoch 1, but no step before it trains: give "to" the path/],
    [
      {
        data: 'd',
        steps: [
          { step: 'train', architecture: 'lenet-5', epochs: 2 },
          { step: 'rewind', to: 3 },
        ],
      },
      /goes back to epoch 3, but step 1 trains for only 2 epochs/,
    ],
    [on(finetune, { step: 'rewind', to: 0 }), /goes back to random weights, but the run begins with a checkpoint/],
    [on({ step: 'rewind', to: 1 }, finetune), /goes back to epoch 1, but no step before it trains/],
    [
      on(finetune, { step: 'remove', amount: { channels: 0.3 } }, { step: 'rewind', to: 1 }),
      /goes back to epoch 1 of step 1, but step 2 \(remove\) changes the layers in between: rewind before that/,
    ],
    [
      on(finetune, { step: 'target', by: 'remove', goal: { params: 50 } }, { step: 'rewind', to: 1 }),
      /goes back to epoch 1 of step 1, but step 2 \(target\) changes the layers in between: rewind before that/,
    ],
    [
      on({ step: 'distill', width: 0.5 }, { step: 'rewind', to: 1 }),
      /goes back to epoch 1, but step 1 trains students: give "to" the path/,
    ],
  ])('%# to what is not there is refused', (recipe, sentence) => {
    expect(() => {
      validateRecipe(Recipe.parse({ recipeVersion: 1, ...(recipe as object) }));
    }).toThrow(sentence);
  });

  it('goes back to an epoch of a fine-tuning, whose checkpoint stays, and resumed ends in the same bytes', async () => {
    const bench = await Bench.make();
    const recipe = on(prune, finetune, { step: 'prune', amount: { sparsity: 0.8 } }, { step: 'rewind', to: 1 });
    const whole = await bench.run(recipe, { out: 'whole' });
    const tensorsOf = async (...parts: string[]) => (await readCheckpoint(bench.path('whole', ...parts, 'model.json'))).tensors; // prettier-ignore
    const early = await tensorsOf('epochs', 'epoch-01');
    const kernel = (await tensorsOf()).get('out/kernel')!;
    const kept = [...kernel.data.keys()].filter((i) => kernel.data[i] !== 0);
    expect(kept.length).toBeGreaterThan(20);
    expect(kept.map((i) => kernel.data[i])).toEqual(kept.map((i) => early.get('out/kernel')!.data[i]));
    expect(whole.after.sparsity).toBeCloseTo(0.8, 2);
    const stopped = bench.run(recipe, {
      watch: (event, cancel) => {
        if (event.kind === 'epoch' && event.record.epoch === 3) cancel();
      },
    });
    await expect(stopped).rejects.toThrow(/Cancelled/);
    await bench.run(recipe, { resume: true });
    expect(await bench.hashes('out')).toEqual(await bench.hashes('whole'));
  });

  it('to another network is refused, and nothing is written', async () => {
    const bench = await Bench.make();
    await addNetwork(bench, 'wide', 5, { units: 4 });
    const before = await readdir(bench.folder);
    await expect(
      bench.run({ checkpoint: 'net', steps: [prune, { step: 'rewind', to: 'wide' }] } as never),
    ).rejects.toThrow(/tensor "out\/kernel" has shape \[64, 4\] in The checkpoint "wide" but \[64, 3\] in the model/i);
    expect(await readdir(bench.folder)).toEqual(before);
  });
});

describe('checkpoints that steps name', () => {
  const recipe = Recipe.parse({
    recipeVersion: 1,
    checkpoint: 'nets/a',
    data: 'images',
    steps: [prune, { step: 'rewind', to: 'nets/early' }, { ...finetune, distill: { teacher: 'nets/big/model.json' } }],
  });

  it('are named from the folder of the run, and still the same recipe', () => {
    const moved = relocated(recipe, '/somewhere/work', '/somewhere/runs/one');
    expect(moved.steps[1]).toMatchObject({ to: '../../work/nets/early' });
    expect(moved.steps[2]).toMatchObject({ distill: { teacher: '../../work/nets/big/model.json' } });
    expect(hashRecipe(moved)).toBe(hashRecipe(recipe));
  });
});
