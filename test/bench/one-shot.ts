// usage: npx tsx test/bench/one-shot.ts MODEL... [--data DIR] [--scores A,B] [--sparsities X,Y] [--samples N] [--split validation|test]
// Accuracy of each score, pruned once without any training, on all images of a split: the mean over the models given.
import { parseArgs } from 'node:util';
import { ensureDebian } from '../../scripts/setup/debian';
import { runMain } from '../../scripts/setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';
import { installBackend } from 'tfjs-backend-onnxruntime';
import { resolveModelPath } from '../../src/engine/checkpoint/paths';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import type { ModelContent } from '../../src/engine/checkpoint/types';
import { calibrate } from '../../src/engine/compress/prune/calibrate';
import { applyAndReconstruct } from '../../src/engine/compress/prune/apply-and-reconstruct';
import { planPrune } from '../../src/engine/compress/prune/plan';
import { openDataset } from '../../src/engine/dataset/dataset';
import type { Dataset } from '../../src/engine/dataset/open-data';
import { evaluateModel } from '../../src/engine/measure/evaluate';
import { toNetwork } from '../../src/engine/model/runnable';
import { Split } from '../../src/protocol/dataset';
import { FOR_NEW_NETWORKS } from '../../src/protocol/normalization';
import { ImportanceScoreName, PruneStep } from '../../src/protocol/steps/prune';

async function accuracy(content: ModelContent, data: Dataset, split: Split): Promise<number> {
  const network = await toNetwork(content);
  try {
    return (await evaluateModel(network, data.split(split), {})).metrics[0].value;
  } finally {
    network.dispose();
  }
}

/** Accuracies of one model and score at each sparsity. */
async function curve(
  content: ModelContent,
  score: PruneStep['score'],
  sparsities: readonly number[],
  samples: string | undefined,
  data: Dataset,
  split: Split,
): Promise<number[]> {
  const found: number[] = [];
  const given = samples === undefined ? {} : { samples: Number(samples) };
  const step = PruneStep.parse({ step: 'prune', score, ...given });
  const statistics = await calibrate(content, step, data, { seed: 0 });
  for (const sparsity of sparsities) {
    const plan = planPrune(content, { ...step, amount: { sparsity } }, 0, statistics);
    const { tensors } = await applyAndReconstruct(content, step, plan, data, { seed: 0 });
    found.push(await accuracy({ ...content, tensors }, data, split));
  }
  return found;
}

runMain(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      data: { type: 'string' },
      scores: { type: 'string', default: 'magnitude,lamp,taylor,movement,wanda,obc,random' },
      sparsities: { type: 'string', default: '0.5,0.8,0.9,0.95,0.98,0.99' },
      samples: { type: 'string' },
      split: { type: 'string', default: 'validation' },
    },
  });
  await installBackend({ threads: 2 });
  const folder = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  const opened = await openDataset(folder, '/', { sampleFolder: folder, cacheFolder: folder }, { download: false });
  const data = (await opened.at(undefined)).under({ ...FOR_NEW_NETWORKS, from: 'new' });
  const split = Split.parse(values.split);
  const sparsities = values.sparsities.split(',').map(Number);
  const models = await Promise.all(positionals.map(async (given) => readCheckpoint(await resolveModelPath(given))));
  const dense = await Promise.all(models.map((model) => accuracy(model, data, split)));
  const percent = (value: number): string => (100 * value).toFixed(2);
  console.log(`dense: ${dense.map(percent).join(', ')} % of ${data.split(split).length} ${split} images`);
  const rows: string[][] = [];
  for (const score of values.scores.split(',').map((name) => ImportanceScoreName.parse(name))) {
    const curves: number[][] = [];
    for (const model of models) curves.push(await curve(model, score, sparsities, values.samples, data, split));
    rows.push([
      score,
      ...sparsities.map((_, i) => percent(curves.reduce((sum, one) => sum + one[i]!, 0) / curves.length)),
    ]);
    console.log(rows.at(-1)!.join('  '));
  }
  console.log(`\n${formatTable(['score', ...sparsities.map((value) => `${percent(value)} %`)], rows)}`);
});
