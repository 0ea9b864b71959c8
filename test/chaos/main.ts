// usage: npm run chaos -- --kills N [--seed S]    Kills runs of the command line, fills their disks, turns bits over in what
// they left, and resumes them to the same bytes. Prints what was done and what came of it.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from '../../scripts/setup/paths';
import { run } from '../../scripts/setup/run';
import { runMain, ScriptError } from '../../scripts/setup/run-main';
import { chaos } from './chaos';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string', default: '0' } } });

runMain(async () => {
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed) || seed < 0)
    throw new ScriptError('Give --kills a whole number above 0, and --seed one from 0.');
  const cache = inRoot('.cache');
  await mkdir(cache, { recursive: true });
  // Within the project, so that the bundle finds the native library.
  const folder = await mkdtemp(path.join(cache, 'chaos-'));
  try {
    const dist = path.relative(inRoot(), path.join(folder, 'dist'));
    await run(process.execPath, ['esbuild.mjs', '--only', 'cli', '--dist', dist], { cwd: inRoot() });
    const cli = path.join(folder, 'dist', 'command.js');
    await mkdir(path.join(folder, 'runs'));
    const counts = await chaos({
      cli,
      folder: path.join(folder, 'runs'),
      kills,
      seed,
      tell: (line) => console.error(line),
    });
    const { told, harmless } = counts.flips;
    console.log(
      `seed ${seed}: ${counts.kills} kills, ${counts.faults} full or read-only disks, ${counts.concurrent} runs at once, ${told + harmless} bits turned over (${told} told, ${harmless} harmless); ${counts.same} runs ended in the same bytes`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
