// usage: npm run make:checkpoint
// Trains fashion-cnn on the whole of Fashion-MNIST, 9 epochs, and ships the best epoch by validation in media/samples.
import { cp, mkdir, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { ModelJson } from '../src/protocol/checkpoint';
import { buildCommandLine, secateur, TrainOutput } from './setup/cli';
import { ensureDebian } from './setup/debian';
import { inRoot } from './setup/paths';
import { runMain } from './setup/run-main';

const SEED = '1';

runMain(async () => {
  await ensureDebian('dataset-fashion-mnist'); // Found by name: the checkpoint would store a path.
  await buildCommandLine();
  const run = inRoot('.cache', 'checkpoint');
  await rm(run, { recursive: true, force: true });
  const job = ['--arch', 'fashion-cnn', '--data', 'fashion-mnist', '--epochs', '9', '--seed', SEED, '--out', run];
  const trained = await secateur(TrainOutput, ['train', ...job]);
  const target = inRoot('media', 'samples', 'fashion-cnn');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  const model = ModelJson.parse(JSON.parse(await readFile(trained.out, 'utf8')));
  for (const name of ['model.json', ...model.weightsManifest.flatMap((group) => group.paths)]) {
    await cp(path.join(path.dirname(trained.out), name), path.join(target, name));
  }
  const { epoch, testAccuracy } = trained.best;
  console.log(`media/samples/fashion-cnn: epoch ${epoch}, test accuracy ${testAccuracy}`);
});
