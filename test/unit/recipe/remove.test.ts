import { describe, expect, it } from 'vitest';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { readProvenance } from '../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { weightName } from '../../../src/engine/model/layers-model/weights/roles';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { apply, classifier, normalisedConvolution, relu } from 'tfjs-backend-onnxruntime/testing/networks/blocks';
import { Draw } from 'tfjs-backend-onnxruntime/testing/networks/draw';
import type { StepResult } from '../../../src/protocol/steps';
import { Bench } from './runs';

const remove = { step: 'remove', amount: { macs: 0.4 }, score: 'taylor', samples: 60 } as const;
const finetune = { step: 'finetune', epochs: 2, batchSize: 55, learningRate: 0.01 } as const;

function resultOf<Name extends StepResult['step']>(results: readonly StepResult[], name: Name) {
  return results.find((result): result is Extract<StepResult, { step: Name }> => result.step === name)!;
}

/** Beside `net`, a network with batch normalization and a residual addition: `residual`. */
async function benchWithResidual(): Promise<Bench> {
  const bench = await Bench.make();
  const draw = new Draw();
  const input = layers.input({ shape: [6, 6, 1] });
  const x = relu(normalisedConvolution(draw, input, { filters: 4, kernelSize: 3 }));
  const y = relu(apply(layers.layers.add(), [normalisedConvolution(draw, x, { filters: 4, kernelSize: 3 }), x]));
  const model = layers.model({ inputs: input, outputs: classifier(draw, y, 3) });
  await writeCheckpoint(bench.path('residual'), fromLayersModel(model));
  model.dispose();
  return bench;
}

describe('a run that removes channels', () => {
  it('counts MACs before and after for the size that is given where the model leaves it open', async () => {
    const bench = await Bench.make();
    const network = layers.sequential({
      layers: [
        layers.layers.conv2d({ filters: 4, kernelSize: 1, inputShape: [null, null, 3], name: 'one' }),
        layers.layers.conv2d({ filters: 2, kernelSize: 1, name: 'two' }),
      ],
    });
    await writeCheckpoint(bench.path('open'), fromLayersModel(network));
    network.dispose();
    const step = { step: 'remove' as const, amount: { macs: 0.5 }, inputShape: [10, 5, 3] };
    const { before, after, steps } = await bench.run({ checkpoint: 'open', steps: [step] });
    const macsFor = { shapes: [[10, 5, 3]], assumed: false };
    expect([before, after]).toMatchObject([
      { macs: 50 * 4 * 5, macsFor },
      { macs: 50 * 2 * 5, macsFor },
    ]);
    expect(resultOf(steps, 'remove').totals.after).toMatchObject({ macs: after.macs, macsFor });
    const small = { ...step, inputShape: [10, 5] };
    await expect(bench.run({ checkpoint: 'open', steps: [small] }, { out: 'no' })).rejects.toThrow(/10,5 does not fit/);
  });

  it('measures before and after, compares outputs on validation images, and fine-tunes what is left', async () => {
    const bench = await benchWithResidual();
    const recalibrate = { step: 'recalibrate', samples: 100, batchSize: 50 } as const;
    const recipe = { checkpoint: 'residual', data: 'shapes', steps: [remove, recalibrate, finetune] };
    const result = await bench.run(recipe);
    expect(result.accuracy.before).toBeGreaterThan(0);
    expect(result.accuracy.afterPrune).toBeGreaterThan(0);
    expect(result.accuracy.afterFineTune).toBeGreaterThan(0);
    expect(result.after.macs!).toBeLessThanOrEqual(0.6 * result.before!.macs!);
    const removal = resultOf(result.steps, 'remove');
    expect(removal.difference).toMatchObject({ on: 'validation', samples: 20 });
    expect(removal.difference!.largest).toBeLessThan(1e-4);
    expect(removal.totals.after.macs).toBe(result.after.macs);
    expect(resultOf(result.steps, 'recalibrate')).toMatchObject({ samples: 100, layers: [{}, {}] });
    const written = await readCheckpoint(result.out);
    expect(readProvenance(written)!.removals).toEqual([{ after: 'step 1, remove', ...removal.difference }]);
    const chosen = `finetune, epoch ${resultOf(result.steps, 'finetune').best.epoch}`;
    expect(readProvenance(written)!.accuracies.map(({ after }) => after)).toEqual([
      'start',
      'step 1, remove',
      'step 2, recalibrate',
      ...[chosen, chosen],
    ]);
    // The same bytes when the run is stopped after an epoch and resumed.
    const stopped = bench.run(recipe, { out: 'stopped', watch: ({ kind }, cancel) => kind === 'epoch' && cancel() });
    await expect(stopped).rejects.toThrow(/cancel/i);
    await bench.run(recipe, { out: 'stopped', resume: true });
    expect(await bench.hashes('stopped')).toEqual(await bench.hashes('out'));
  });

  it('needs no data; then outputs are compared on noise, and nothing is measured', async () => {
    const bench = await Bench.make();
    const result = await bench.run({ checkpoint: 'net', steps: [{ step: 'remove', layers: { conv: 0.5 } }] });
    expect(resultOf(result.steps, 'remove').difference).toMatchObject({ on: 'noise', samples: 32 });
    expect(result.accuracy).toEqual({ before: null, afterPrune: null, afterFineTune: null });
  });

  it('follows an unstructured pruning: what became all zero goes, and later steps see the smaller model', async () => {
    const bench = await Bench.make();
    const steps = [
      { step: 'prune', granularity: 'filter', amount: { sparsity: 0.3 } },
      { step: 'remove', amount: { zeros: true } },
      { step: 'prune', layers: { conv: { sparsity: 0.5 } } },
    ] as const;
    const result = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [...steps] });
    expect(result.after.params).toBeLessThan(result.before!.params);
    const { accuracy } = resultOf(result.steps, 'remove');
    expect(accuracy).toBe(resultOf(result.steps, 'prune').accuracy);
  });

  it('says before anything is written what does not fit', async () => {
    const bench = await benchWithResidual();
    const run = (checkpoint: string, ...steps: object[]) =>
      bench.run({ checkpoint, data: 'shapes', steps: steps as never[] }, { out: 'wrong' });
    await expect(run('net', { step: 'remove' })).rejects.toThrow(
      /^Step 1 of the recipe \(remove\) does not say how much to remove: give it an "amount", or shares for "layers"\.$/,
    );
    await expect(run('net', { step: 'remove', amount: { zeros: true }, layers: { conv: 0.5 } })).rejects.toThrow(
      /removes what is all zero, so it needs no shares for "layers": leave them out\.$/,
    );
    await expect(run('net', { step: 'recalibrate' })).rejects.toThrow(
      /^The model has no batch normalization, so nothing can be recalibrated: leave the step out\.$/,
    );
    await expect(run('residual', { step: 'remove', amount: { macs: 0.999 } })).rejects.toThrow(
      /ask for \d+\.\d% at most\.$/,
    );
    await expect(run('net', { step: 'remove', score: 'bn-scale', amount: { channels: 0.5 } })).rejects.toThrow(
      /^The score bn-scale cannot rate any channel/,
    );
    await expect(
      bench.run({ checkpoint: 'net', steps: [{ step: 'remove', score: 'taylor', amount: { channels: 0.5 } }] }),
    ).rejects.toThrow(/\(remove\) needs a dataset: name one as "data"/);
    await expect(bench.hashes('wrong')).rejects.toThrow(/ENOENT/);
  });
});

describe('recalibration', () => {
  it('measures the mean and variance of what enters each batch normalization, over all images at once', async () => {
    const bench = await benchWithResidual();
    const step = { step: 'recalibrate', samples: 220, batchSize: 220 } as const;
    const result = await bench.run({ checkpoint: 'residual', data: 'shapes', steps: [step] });
    const [before, after] = [
      await readCheckpoint(bench.path('residual', 'model.json')),
      await readCheckpoint(result.out),
    ];
    const changed = [...after.tensors.values()].filter(
      ({ name, data }) => !data.every((value, i) => value === before.tensors.get(name)!.data[i]),
    );
    expect(new Set(changed.map(weightName))).toEqual(new Set(['moving_mean', 'moving_variance']));
    // Measured again, nothing moves; in smaller batches the first layer's statistics are still those of all images.
    const again = await bench.run({ checkpoint: 'out', data: 'shapes', steps: [step] }, { out: 'again' });
    for (const { meanShift, varianceRatio } of resultOf(again.steps, 'recalibrate').layers) {
      expect(meanShift).toBeLessThan(1e-5);
      expect(varianceRatio).toBeCloseTo(1, 5);
    }
    const small = { ...step, batchSize: 30 };
    const batched = await bench.run({ checkpoint: 'out', data: 'shapes', steps: [small] }, { out: 'batched' });
    const [first] = resultOf(batched.steps, 'recalibrate').layers;
    expect(first!.meanShift).toBeLessThan(1e-5);
    expect(first!.varianceRatio).toBeCloseTo(1, 5);
  });
});
