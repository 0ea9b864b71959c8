import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Recipe } from '../../../src/protocol/recipe';
import { disposeBackend, installBackend } from 'tfjs-backend-onnxruntime';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { openDataset } from '../../../src/engine/dataset/dataset';
import type { Dataset, OpenData } from '../../../src/engine/dataset/open-data';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { runRecipe } from '../../../src/engine/recipe/run';
import { readWithStockTfjs } from '../../e2e/stock-tfjs';
import { invertedResidualNetwork } from 'tfjs-backend-onnxruntime/testing/networks/mobilenet-v2';
import { residualNetwork } from 'tfjs-backend-onnxruntime/testing/networks/resnet20';
import { temporaryFolder } from '../temporary';

// Each anew: reading with stock TensorFlow.js chooses its cpu backend.
beforeEach(async () => {
  await installBackend({ threads: 2, onFallback: 'throw' });
});
afterEach(disposeBackend);

const IMAGES = 120;
const networks = {
  'resnet-20': () => residualNetwork([28, 28, 1]),
  'mobilenet-v2-like': () =>
    invertedResidualNetwork([28, 28, 1], [[1, 8, 1, 1], [6, 12, 2, 1], [6, 16, 2, 2]], [16, 64]), // prettier-ignore
};

/** The first images of each split of the sample of Fashion-MNIST that ships. */
async function fashion(): Promise<OpenData> {
  const sampleFolder = path.resolve('media/samples/fashion-mnist-sample');
  const places = { sampleFolder, cacheFolder: sampleFolder };
  const data = await openDataset('fashion-mnist-sample', '/', places, { download: false });
  const few = (whole: Dataset): Dataset => ({ ...whole, split: (split) => whole.split(split).first(IMAGES) });
  // Networks with random weights tell nothing of the pixels that they take.
  const given = { mean: 0.5, std: 0.5 };
  return {
    ...data.giving(given),
    at: async (input) => {
      const sized = await data.giving(given).at(input);
      return { ...sized, under: (normalization) => few(sized.under(normalization)) };
    },
  };
}

describe.each(Object.entries(networks))('%s, trained briefly on real images', (_, build) => {
  it('loses half of its MACs, answers as the masked network does, and learns on', async () => {
    const folder = await temporaryFolder();
    const network = build();
    await writeCheckpoint(path.join(folder, 'start'), fromLayersModel(network));
    network.dispose();
    const data = await fashion();
    const finetune = { step: 'finetune', epochs: 1, batchSize: 30, learningRate: 0.003 };
    const recipe = Recipe.parse({
      recipeVersion: 1,
      checkpoint: 'start',
      data: 'fashion-mnist-sample',
      steps: [
        finetune,
        { step: 'remove', score: 'taylor', samples: 40, amount: { macs: 0.5 } },
        { step: 'recalibrate', samples: IMAGES, batchSize: 60 },
        { ...finetune, epochs: 2 },
      ],
    });
    const environment = {
      version: '0.0.0',
      backend: { name: 'onnxruntime', version: '0', threads: 2 },
      openData: () => Promise.resolve(data),
    };
    const request = { recipe, baseFolder: folder, out: path.join(folder, 'out'), resume: false };
    const result = await runRecipe(request, environment, {
      signal: new AbortController().signal,
      report: () => undefined,
    });
    expect(result.after.macs!).toBeLessThanOrEqual(result.before!.macs! / 2);
    const removal = result.steps.find((step) => step.step === 'remove')!;
    expect(removal.difference).toMatchObject({ on: 'validation', samples: IMAGES });
    expect(removal.difference!.largest).toBeLessThanOrEqual(1e-4);
    expect(removal.layers.filter(({ state }) => state === 'removed').length).toBeGreaterThan(5);
    const statistics = result.steps.find((step) => step.step === 'recalibrate')!;
    expect(statistics.layers.length).toBeGreaterThan(10);
    const [, last] = result.steps.filter((step) => step.step === 'finetune');
    expect(last!.epochs.at(-1)!.loss).toBeLessThan(last!.epochs[0]!.loss);
    const stock = await readWithStockTfjs(result.out);
    expect(stock.output).toHaveLength(10);
    const weights = [...(await readCheckpoint(result.out)).tensors.values()].filter(({ name }) => /kernel$/.test(name));
    expect(stock.kernels.size).toBeGreaterThan(weights.length / 2);
  }, 180_000);
});
