// usage: npm run demo [-- --data FOLDER] [--seed N]
// The whole job on the command line and on the real data: train, evaluate, prune 90%, fine-tune, evaluate.
import { rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { count, percent } from '../src/protocol/format';
import { buildCommandLine, EvaluateOutput, InspectOutput, PruneOutput, secateur, TrainOutput } from './setup/cli';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { runMain, ScriptError } from './setup/run-main';
import { formatTable } from 'tfjs-backend-onnxruntime/testing/table';

interface Row {
  name: string;
  model: string;
}

runMain(async () => {
  const { values } = parseArgs({ options: { data: { type: 'string' }, seed: { type: 'string', default: '0' } } });
  const data = values.data ?? (await ensureDebian('dataset-fashion-mnist'));
  await buildCommandLine();
  await refuseSample(data);
  const folder = inRoot('.cache', 'demo');
  await rm(folder, { recursive: true, force: true });
  const seeded = ['--data', data, '--seed', values.seed];
  const train = ['train', '--arch', 'fashion-cnn', '--epochs', '9', ...seeded, '--out', `${folder}/dense`];
  const dense = await secateur(TrainOutput, train);
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
  const rows = [
    await measure({ name: 'dense', model: dense.out }, data),
    await measure({ name: 'pruned to 90 %, 2 epochs fine-tuned', model: pruned.out }, data),
  ];
  console.log(
    formatTable(['fashion-cnn', 'test accuracy', 'loss', 'sparsity', 'nonzero', 'bytes', 'gzip bytes'], rows),
  );
});

/** @throws ScriptError for sample data, before any time is spent on it */
async function refuseSample(data: string): Promise<void> {
  const shipped = inRoot('media', 'samples', 'fashion-cnn');
  const { dataset } = await secateur(EvaluateOutput, ['evaluate', shipped, '--data', data, '--samples', '100']);
  if (dataset.sample) throw new ScriptError(`${data} is the sample: quality figures need the whole of Fashion-MNIST.`);
}

/** One row: accuracy on the whole test set, and the sizes of the real files. */
async function measure({ name, model }: Row, data: string): Promise<string[]> {
  const evaluation = await secateur(EvaluateOutput, ['evaluate', model, '--data', data]);
  const { totals } = await secateur(InspectOutput, ['inspect', model]);
  return [
    name,
    `${percent(evaluation.accuracy)} of ${count(evaluation.samples)}`,
    evaluation.loss.toFixed(4),
    percent(totals.sparsity),
    count(totals.nonzero),
    count(totals.bytes),
    count(totals.gzipBytes),
  ];
}
