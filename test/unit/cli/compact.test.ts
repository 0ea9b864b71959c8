import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { Compaction } from '../../../src/protocol/compaction';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();

/** A network with one convolution that a form can replace, and images for it. */
async function world() {
  const folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  const model = layers.sequential({
    layers: [
      layers.layers.conv2d({ name: 'first', inputShape: [6, 6, 1], filters: 6, kernelSize: 1 }),
      layers.layers.conv2d({ name: 'wide', filters: 8, kernelSize: 3, activation: 'relu' }),
      layers.layers.flatten({ name: 'flat' }),
      layers.layers.dense({ name: 'out', units: 3 }),
    ],
  });
  await writeCheckpoint(at('net'), fromLayersModel(model));
  model.dispose();
  await writeTinyDataset(at('data'), { train: 240, test: 30, size: 6, classes: 3 });
  return { at, given: ['compact', at('net'), '--multiplier', '1', '--samples', '50'] };
}

describe('secateur compact', () => {
  it('prints the layers in the place of a convolution, what is left, and the accuracy after it', async () => {
    const { at, given } = await world();
    const data = ['--data', at('data'), '--normalization', '[0,1]'];
    const planned = await secateur([...given, ...data, '--dry-run']);
    expect(planned.code, planned.stderr).toBe(0);
    const row =
      /wide +replaced +440 -> 110 +6,912 -> 1,632 +wide_core \(DepthwiseConv2D, 6 wide\), wide_out \(Conv2D, 8 wide\)/;
    expect(planned.stdout).toMatch(row);
    expect(lastLine(planned.stdout)).toBe('Nothing was written: this was a dry run.');
    const { code, stdout, stderr } = await secateur([...given, ...data, '--fine-tune', '1', '--out', at('out')]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(row);
    expect(stdout).toMatch(/separable, depth multiplier 1; output error [\d.]+%, [\d.]+% once fitted/);
    expect(stdout).toMatch(/first +skipped .* its window is a single position/);
    expect(stdout).toMatch(/left: [\d.]+% of the MACs of convolutions, [\d.]+% of all MACs, [\d.]+% of the parameters/);
    expect(stdout).toMatch(
      /Outputs differ by [\d.]+% of their standard deviation before any training, on 20 validation/,
    );
    expect(stdout).toMatch(/before, [\d.]+% after making convolutions compact, [\d.]+% after fine-tuning/);
  });

  it('answers with one document', async () => {
    const { at, given } = await world();
    const { code, stdout, stderr } = await secateur([...given, '--out', at('out'), '--json']);
    expect(code, stderr).toBe(0);
    const document = Compaction.omit({ totals: true }).extend({ out: z.string() }).parse(JSON.parse(stdout));
    expect(document.layers.map(({ name, state }) => [name, state])).toEqual([
      ['first', 'skipped'],
      ['wide', 'replaced'],
      ['flat', 'skipped'],
      ['out', 'skipped'],
    ]);
    expect(document.difference).toMatchObject({ on: 'noise' });
  });
});
