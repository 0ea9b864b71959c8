// usage: npm run make:pictures    Makes the picture of the README: the end-to-end run drags the threshold.
import { copyFile } from 'node:fs/promises';
import { inRoot } from './setup/paths';
import { run } from './setup/run';
import { runMain } from './setup/run-main';

const PICTURE = 'threshold.png';

runMain(async () => {
  const vitest = inRoot('node_modules', '.bin', 'vitest');
  await run(vitest, ['run', '--config', 'test/e2e/vitest.config.mts', 'test/e2e/readme.e2e.ts'], {
    cwd: inRoot(),
    output: 'inherit',
  });
  await copyFile(inRoot('e2e-out', 'readme', PICTURE), inRoot('media', 'readme', PICTURE));
});
