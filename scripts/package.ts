// usage: npm run package [-- TARGET]   TARGET as `vsce` spells it; this machine's by default
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { runMain } from './setup/run-main';
import { hostTarget, packVsix } from './setup/vsix';

runMain(async () => {
  const file = await packVsix(process.argv[2] ?? hostTarget());
  const { size } = await stat(file);
  console.log(`${path.basename(file)}: ${(size / 2 ** 20).toFixed(1)} MB`);
});
