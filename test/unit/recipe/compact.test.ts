import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { RunEvent } from '../../../src/protocol/run';
import type { StepResult } from '../../../src/protocol/steps';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { apply, classifier, normalisedConvolution, relu } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import { Bench } from './runs';

const compact = { step: 'compact', form: 'separable', amount: { macs: 0.5 }, samples: 60 } as const;
const finetune = { step: 'finetune', epochs: 1, batchSize: 55, learningRate: 0.01, distill: {} } as const;

/** Beside `net`, a network of convolutions with batch normalization: `normalised`. */
async function bench(): Promise<Bench> {
  const made = await Bench.make();
  const draw = new Draw();
  const input = layers.input({ shape: [6, 6, 1] });
  const x = relu(normalisedConvolution(draw, input, { filters: 8, kernelSize: 3 }));
  const y = relu(apply(layers.layers.add(), [normalisedConvolution(draw, x, { filters: 8, kernelSize: 3 }), x]));
  const model = layers.model({ inputs: input, outputs: classifier(draw, y, 3) });
  await writeCheckpoint(made.path('normalised'), fromLayersModel(model));
  model.dispose();
  return made;
}

const resultOf = (steps: readonly StepResult[]): Extract<StepResult, { step: 'compact' }> =>
  steps.find((result): result is Extract<StepResult, { step: 'compact' }> => result.step === 'compact')!;

it('measures before and after, trains what is left, and leaves the same bytes for the same seed', async () => {
  const made = await bench();
  const recalibrate = { step: 'recalibrate', samples: 60, batchSize: 30 } as const;
  const recipe = { checkpoint: 'normalised', data: 'shapes', steps: [compact, recalibrate, finetune] };
  const events: RunEvent[] = [];
  const result = await made.run(recipe, { watch: (event) => events.push(event) });
  const told = resultOf(result.steps);
  expect(result.accuracy.before).toBeGreaterThan(0);
  expect(result.accuracy.afterPrune).toBe(told.accuracy);
  expect(result.accuracy.afterFineTune).toBeGreaterThan(0);
  expect(told.left.convolutions).toBeLessThanOrEqual(0.5);
  expect(told.totals.after).toMatchObject({ macs: result.after.macs, params: result.after.params });
  expect(told.difference).toMatchObject({ on: 'validation', samples: 20 });
  const stages = events.flatMap((event) => (event.kind === 'progress' ? [event.progress.stage] : []));
  expect(stages.some((stage) => stage.startsWith('measuring '))).toBe(true);
  expect(stages.some((stage) => stage.startsWith('fitting '))).toBe(true);
  await made.run(recipe, { out: 'again' });
  expect(await made.hashes('again')).toEqual(await made.hashes('out'));
  const { tensors } = await readCheckpoint(result.out);
  expect([...tensors.keys()].some((name) => name.includes('_core/depthwise_kernel'))).toBe(true);
});

it('needs no data, and writes nothing where it does not fit', async () => {
  const made = await bench();
  const result = await made.run({ checkpoint: 'normalised', steps: [compact] });
  expect(resultOf(result.steps).difference).toMatchObject({ on: 'noise' });
  expect(result.accuracy).toEqual({ before: null, afterPrune: null, afterFineTune: null });
  const run = (step: object) => made.run({ checkpoint: 'normalised', steps: [step as never] }, { out: 'wrong' });
  await expect(run({ ...compact, amount: { macs: 0.01 } })).rejects.toThrow(/ask for \d+\.\d% or more\.$/);
  await expect(run({ ...compact, amount: { groups: 2 } })).rejects.toThrow(/"groups" is an amount of the form grouped/);
  await expect(run({ ...compact, layers: ['nothing'] })).rejects.toThrow(/has no layer "nothing"/);
  expect(await readdir(made.folder)).not.toContain('wrong');
});
