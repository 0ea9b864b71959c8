// usage: npm run make:garden [-- --pictures]
// Renders the pictures of media/samples/garden and trains the network in media/samples/garden-mobilenet on them.
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import encode, { init } from '@jsquash/jpeg/encode.js';
import type * as z from 'zod';
import { ModelJson } from '../src/protocol/checkpoint';
import { percent } from '../src/protocol/format';
import { PLANTS } from './garden/plants';
import { render } from './garden/render';
import { buildCommandLine, secateur, TrainOutput } from './setup/cli';
import { inRoot } from './setup/paths';
import { runMain } from './setup/run-main';

const SIZE = 64;
const QUALITY = 88;
/** Pictures of each kind. */
const SPLITS = { train: 160, test: 40 };
const LICENSE = `# License

These pictures are rendered by scripts/make-garden.ts of Secateur and have its license (MIT). They show no photographs.
`;

runMain(async () => {
  const garden = inRoot('media', 'samples', 'garden');
  await rm(garden, { recursive: true, force: true });
  const wasm = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm');
  await init({ wasmBinary: new Uint8Array(await readFile(wasm)).buffer });
  for (const [split, count] of Object.entries(SPLITS))
    for (const [kind, [name, plant]] of Object.entries(PLANTS).entries()) {
      const folder = path.join(garden, split, name);
      await mkdir(folder, { recursive: true });
      for (let i = 1; i <= count; i++) {
        const data = render(plant, SIZE, split === 'train' ? 1 : 2, kind, i);
        const picture = await encode({ data, width: SIZE, height: SIZE, colorSpace: 'srgb' }, { quality: QUALITY });
        await writeFile(path.join(folder, `${name}-${String(i).padStart(3, '0')}.jpg`), new Uint8Array(picture));
      }
    }
  await writeFile(path.join(garden, 'LICENSE.md'), LICENSE);
  if (!process.argv.includes('--pictures')) await train(garden);
});

const readme = ({ best: { epoch, testAccuracy } }: z.infer<typeof TrainOutput>): string =>
  `# garden-mobilenet

\`npm run make:garden\` wrote this: a MobileNetV2 of width 0.15, trained for 60 epochs on the rendered pictures of six plants in
\`garden\`. Epoch ${epoch} was the best on validation pictures; test accuracy ${percent(testAccuracy)} on 240 pictures.
`;

async function train(garden: string): Promise<void> {
  await buildCommandLine();
  const run = inRoot('.cache', 'garden');
  await rm(run, { recursive: true, force: true });
  const network = ['--arch', 'mobilenet-v2', '--width', '0.15'];
  const job = ['--epochs', '60', '--batch-size', '32', '--learning-rate', '0.003', '--seed', '1'];
  const changes = ['--augment', 'horizontal', '--shift', '0.1', '--rotate', '20', '--brightness', '0.1'];
  const trained = await secateur(TrainOutput, [
    'train',
    ...network,
    ...job,
    ...changes,
    '--data',
    garden,
    '--out',
    run,
  ]);
  const target = inRoot('media', 'samples', 'garden-mobilenet');
  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await writeFile(path.join(target, 'README.md'), readme(trained));
  const model = ModelJson.parse(JSON.parse(await readFile(trained.out, 'utf8')));
  for (const name of ['model.json', ...model.weightsManifest.flatMap(({ paths }) => paths)])
    await cp(path.join(path.dirname(trained.out), name), path.join(target, name));
  console.log(
    `media/samples/garden-mobilenet: epoch ${trained.best.epoch}, test accuracy ${trained.best.testAccuracy}`,
  );
}
