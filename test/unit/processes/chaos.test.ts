import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, inject, it } from 'vitest';
import { chaos } from '../../chaos/chaos';

const KILLS = 20;
/** A bound on hangs, not on speed: milliseconds. */
const PATIENCE = 900_000;

it(
  'runs that are killed, flooded and damaged end in the same bytes, or say why not',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'secateur-chaos-'));
    try {
      const counts = await chaos({ cli: path.join(inject('dist'), 'command.js'), folder, kills: KILLS, seed: 1 });
      console.log(JSON.stringify(counts));
      expect(counts.kills).toBeGreaterThanOrEqual(KILLS);
      expect(counts.same).toBeGreaterThan(0);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  PATIENCE,
);
