import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import type { RecipeStepInput } from '../../../src/protocol/steps';
import type { RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

/** Changes that leave the rows of a class, which tell it, in their places. */
const augment = { flip: 'horizontal', rotate: 5, brightness: 0.1 } as const;
const finetune = { step: 'finetune', epochs: 4, batchSize: 20, learningRate: 0.01, augment } as const;
const recipe = (step: RecipeStepInput) => ({ checkpoint: 'net', data: 'shapes', keepEpochs: true, steps: [step] });

it('a run with augmentation learns and ends in the same bytes after a resume, alone and taught', async () => {
  const bench = await Bench.make();
  for (const [name, step] of [
    ['alone', finetune],
    ['taught', { ...finetune, augment: { ...augment, shift: 0.2, crop: 1 }, distill: { alpha: 0.3 } }],
  ] as const) {
    const { steps } = await bench.run(
      { ...recipe(step), steps: [step, { step: 'evaluate' }] },
      { out: `${name}-whole` },
    );
    const [tuned, measured] = steps;
    if (tuned?.step !== 'finetune' || measured?.step !== 'evaluate') throw new Error('other steps');
    if (name === 'alone') expect(tuned.best.testAccuracy).toBeGreaterThan(0.85);
    // The network that was read back is measured on images as they are.
    expect(measured.evaluation.accuracy).toBeCloseTo(tuned.best.testAccuracy!, 6);
    let epochs = 0;
    const watch = (event: RunEvent, cancel: () => void): void => {
      if (event.kind === 'epoch' && ++epochs === 2) cancel();
    };
    const again = { ...recipe(step), steps: [step, { step: 'evaluate' as const }] };
    await expect(bench.run(again, { out: name, watch })).rejects.toThrow(/Cancelled/);
    await bench.run(again, { out: name, resume: true });
    expect(await bench.hashes(name)).toEqual(await bench.hashes(`${name}-whole`));
  }
  await bench.run(recipe({ ...finetune, augment: undefined }), { out: 'plain' });
  expect((await bench.hashes('plain'))['epochs/epoch-01/model.json']).not.toBe(
    (await bench.hashes('alone'))['epochs/epoch-01/model.json'],
  );
});

it('augmentation that changes nothing, or of examples that are no images, is refused before anything is written', async () => {
  const bench = await Bench.make();
  await expect(bench.run(recipe({ ...finetune, augment: { shift: 0 } }))).rejects.toThrow(
    /has "augment", which changes nothing: give it "flip", "shift", "crop", "rotate", "brightness", or leave it out\.$/,
  );
  const { dense } = layers.layers;
  const model = layers.sequential({ layers: [dense({ name: 'out', units: 3, inputShape: [4] })] });
  await writeCheckpoint(bench.path('rows'), fromLayersModel(model));
  model.dispose();
  const rows = { checkpoint: 'rows', data: path.resolve('test/fixtures/data/iris.csv'), steps: [finetune] };
  await expect(bench.run(rows, { untold: true })).rejects.toThrow(
    'The examples of iris are no images of pixels, so that "augment" cannot change them: leave "augment" out.',
  );
  await expect(readdir(bench.path('out'))).rejects.toThrow(/ENOENT/);
});
