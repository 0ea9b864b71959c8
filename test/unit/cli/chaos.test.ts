import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { chaos } from '../../chaos/chaos';

const KILLS = 20;
/** A bound on hangs, not on speed: milliseconds. */
const PATIENCE = 900_000;

it(
  'runs that are killed, flooded and damaged end in the same bytes, or say why not',
  async () => {
    await mkdir('.cache', { recursive: true });
    const folder = await mkdtemp(path.resolve('.cache', 'test-chaos-'));
    try {
      const dist = path.relative('.', path.join(folder, 'dist'));
      await promisify(execFile)(process.execPath, ['esbuild.mjs', '--only', 'cli', '--dist', dist]);
      await mkdir(path.join(folder, 'runs'));
      const cli = path.join(folder, 'dist', 'command.js');
      const counts = await chaos({ cli, folder: path.join(folder, 'runs'), kills: KILLS, seed: 1 });
      console.log(JSON.stringify(counts));
      expect(counts.kills).toBeGreaterThanOrEqual(KILLS);
      expect(counts.same).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  PATIENCE,
);
