// usage: npm run quality [-- --data FOLDER] [--seeds 0,1,2]
// Measures the quality figures on the whole of Fashion-MNIST, each beside its target; fails if one is missed.
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { buildCommandLine, EvaluateOutput, PruneOutput, secateur, TrainOutput } from './setup/cli';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { runMain, ScriptError } from './setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';

const EPOCHS = '9';

/** Test accuracies of one seed, 0 to 1. */
interface SeedFigures {
  seed: string;
  /** After the last epoch. */
  final: number;
  /** Accuracy of the epoch that is best on the validation images. */
  best: number;
  /** Accuracy of that epoch pruned to 90% and fine-tuned for two epochs. */
  pruned: number;
}

runMain(async () => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, seeds: { type: 'string', default: '0,1,2' } } });
  const data = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  await buildCommandLine();
  const figures: SeedFigures[] = [];
  for (const seed of values.seeds.split(',')) figures.push(await measureSeed(seed, data));
  const mean = (of: (seed: SeedFigures) => number) =>
    figures.map(of).reduce((sum, value) => sum + value, 0) / figures.length;
  const drop = mean(({ best, pruned }) => best - pruned);
  const rows: [what: string, value: number, met: boolean, target: string][] = [
    ['mean final test accuracy', mean(({ final }) => final), mean(({ final }) => final) >= 0.915, '>= 0.915'],
    [
      'validation-best, best seed',
      Math.max(...figures.map(({ best }) => best)),
      figures.some(({ best }) => best >= 0.918),
      '>= 0.918',
    ],
    ['mean loss of accuracy by pruning to 90 %', drop, drop <= 0.003, '<= 0.003'],
  ];
  const seeds = figures.map(({ seed, final, best, pruned }) => [
    seed,
    ...[final, best, pruned].map((value) => value.toFixed(4)),
  ]);
  console.log(`\n${formatTable(['seed', 'final', 'validation-best', 'pruned to 90 %, fine-tuned'], seeds)}\n`);
  const cells = rows.map(([what, value, met, target]) => [what, target, value.toFixed(4), met ? 'MET' : 'MISSED']);
  console.log(formatTable(['what', 'target', 'value', ''], cells));
  if (rows.some(([, , met]) => !met)) process.exitCode = 1;
});

/** Trains, prunes and fine-tunes with one seed. @throws ScriptError on sample data. */
async function measureSeed(seed: string, data: string): Promise<SeedFigures> {
  const folder = inRoot('.cache', 'quality-figures', `seed-${seed}`);
  await rm(folder, { recursive: true, force: true });
  const job = ['--arch', 'fashion-cnn', '--epochs', EPOCHS, '--data', data, '--seed', seed, '--out', `${folder}/dense`];
  const dense = await secateur(TrainOutput, ['train', ...job]);
  const amount = [
    '--sparsity',
    '0.9',
    '--scope',
    'global',
    '--fine-tune',
    '2',
    '--data',
    data,
    '--out',
    `${folder}/pruned`,
  ];
  const pruned = await secateur(PruneOutput, ['prune', dense.out, ...amount]);
  const [best, after] = [await evaluate(dense.out, data), await evaluate(pruned.out, data)];
  return { seed, final: dense.epochs.at(-1)?.testAccuracy ?? Number.NaN, best, pruned: after };
}

async function evaluate(model: string, data: string): Promise<number> {
  const { accuracy, dataset } = await secateur(EvaluateOutput, ['evaluate', model, '--data', data]);
  if (dataset.sample) throw new ScriptError(`${data} is the sample: quality figures need the whole of Fashion-MNIST.`);
  return accuracy;
}
