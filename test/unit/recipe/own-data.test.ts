import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { readProvenance } from '../../../src/engine/checkpoint/provenance';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { Bench } from './runs';

const data = path.resolve('test/fixtures/data');

/** A bench with a small network of four features and three classes, `rows`. */
async function bench(): Promise<Bench> {
  const made = await Bench.make();
  const { dense } = layers.layers;
  const kernelInitializer = layers.initializers.glorotUniform({ seed: 3 });
  const model = layers.sequential({
    layers: [
      dense({ name: 'hidden', units: 12, inputShape: [4], activation: 'relu', kernelInitializer }),
      dense({ name: 'out', units: 3, kernelInitializer }),
    ],
  });
  await writeCheckpoint(made.path('rows'), fromLayersModel(model));
  model.dispose();
  return made;
}

it('a table without a test part: a network is trained, cut and measured on it, and reports name the split', async () => {
  const own = await bench();
  const training = { epochs: 12, batchSize: 10, learningRate: 0.02 };
  const result = await own.run(
    {
      checkpoint: 'rows',
      data: path.join(data, 'iris.csv'),
      steps: [
        { step: 'finetune', ...training },
        { step: 'prune', amount: { sparsity: 0.3 }, score: 'taylor' },
        { step: 'evaluate' },
      ],
    },
    { untold: true },
  );
  const [tuned, , measured] = result.steps;
  if (tuned?.step !== 'finetune' || measured?.step !== 'evaluate') throw new Error('other steps');
  expect(tuned.best.testAccuracy).toBeUndefined();
  expect(tuned.best.validationAccuracy).toBeGreaterThan(0.85);
  expect(measured.evaluation).toMatchObject({ split: 'validation', samples: 30 });
  expect(result.accuracy).toMatchObject({ split: 'validation', afterPrune: measured.evaluation.accuracy });
  expect(result.normalization).toMatchObject({ from: 'values' });
  const { dataset, accuracies } = readProvenance(await readCheckpoint(result.out))!;
  expect(dataset).toMatchObject({ name: 'iris', classNames: ['setosa', 'versicolor', 'virginica'] });
  expect(new Set(accuracies.map(({ split }) => split))).toEqual(new Set(['validation']));
  const other = own.run(
    { checkpoint: result.out, data: path.join(data, 'digits.npz'), steps: [{ step: 'evaluate' }] },
    { untold: true, out: 'other' },
  );
  await expect(other).rejects.toThrow(
    /tells 3 classes apart \(setosa, versicolor, virginica\) but the dataset has 10 \(0, 1, 2, .*9\)/,
  );
});

it('a NAME.data.json is the data of a recipe, and the recipe of the run refers to it from its own folder', async () => {
  const own = await bench();
  await mkdir(own.path('about'));
  const text = JSON.stringify({ source: path.join(data, 'iris.csv'), validationExamples: 50 });
  await writeFile(own.path('about', 'iris.data.json'), text);
  const result = await own.run(
    { checkpoint: 'rows', data: 'about/iris.data.json', steps: [{ step: 'evaluate' }] },
    { untold: true },
  );
  expect(result.steps[0]).toMatchObject({ evaluation: { samples: 50 } });
  expect(await readFile(own.path('out', 'recipe.json'), 'utf8')).toContain('"../about/iris.data.json"');
});

it('data with a test part alone trains nothing, and says what is missing', async () => {
  const own = await bench();
  const steps = [{ step: 'train' as const, architecture: 'lenet-300-100' as const, epochs: 1 }];
  await expect(own.run({ data: path.join(data, 'fashion-test.npz'), steps })).rejects.toThrow(
    /The dataset fashion-test has no training examples \(only 200 test examples\): give data with a training part/,
  );
});

it('numbers are refused where a normalization is said', async () => {
  const own = await bench();
  const run = own.run({
    checkpoint: 'rows',
    data: { source: path.join(data, 'iris.csv'), normalization: '[0,1]' },
    steps: [{ step: 'evaluate' }],
  });
  await expect(run).rejects.toThrow(/examples of iris are numbers and no pixels .*: leave the normalization out/);
});

it('a new network of dense layers learns a table, whose columns it standardizes', async () => {
  const own = await bench();
  const train = { step: 'train' as const, architecture: 'mlp' as const, units: [16], epochs: 40, batchSize: 10 };
  const steps = [{ ...train, learningRate: 0.01 }];
  const result = await own.run({ data: path.join(data, 'iris.csv'), steps }, { untold: true });
  const [first] = result.steps;
  expect(first?.step === 'train' && first.best.validationAccuracy).toBeGreaterThanOrEqual(0.9);
});

it('the second example that ships tells its colored pictures apart', async () => {
  const own = await bench();
  const samples = path.resolve('media/samples');
  const result = await own.run(
    {
      checkpoint: path.join(samples, 'garden-mobilenet'),
      data: path.join(samples, 'garden'),
      steps: [{ step: 'evaluate', samples: 60 }],
    },
    { untold: true },
  );
  expect(result.steps[0]?.step === 'evaluate' && result.steps[0].evaluation.accuracy).toBeGreaterThan(0.95);
});
