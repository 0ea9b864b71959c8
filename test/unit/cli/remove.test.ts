import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PlanMetrics } from '../../../src/protocol/plan';
import { Removal } from '../../../src/protocol/removal';
import { tinyModel, writeRaw, TINY } from '../../fixtures/tiny-model';
import { writeTinyData } from '../../fixtures/tiny-data';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();
const INPUTS = TINY.size * TINY.size;
const HIDDEN = 8;

const Sizes = z.object({ params: z.number(), macs: z.number(), bytes: z.number(), gzipBytes: z.number() });
/** The document of a dry run. */
const DryRun = Removal.extend({
  dryRun: z.literal(true),
  totals: z.object({ before: Sizes, after: Sizes }),
  /** As earlier versions printed it, beside the metrics. */
  accuracy: z.object({ baseline: z.number(), accuracy: z.number(), loss: z.number(), samples: z.number() }),
  metrics: PlanMetrics,
});

/** The tiny classifier with a hidden layer of eight neurons, of which the first two are all zero. */
async function hidden(folder: string): Promise<string> {
  const model = tinyModel();
  const [flatten, logits] = model.modelTopology.config.layers;
  const config = { name: 'hidden', units: HIDDEN, activation: 'relu', use_bias: true };
  model.modelTopology.config.layers = [flatten!, { class_name: 'Dense', config }, logits!];
  model.weightsManifest[0]!.weights = [
    { name: 'hidden/kernel', shape: [INPUTS, HIDDEN], dtype: 'float32' },
    { name: 'hidden/bias', shape: [HIDDEN], dtype: 'float32' },
    { name: 'logits/kernel', shape: [HIDDEN, TINY.classes], dtype: 'float32' },
    { name: 'logits/bias', shape: [TINY.classes], dtype: 'float32' },
  ];
  const count = (INPUTS + 1) * HIDDEN + (HIDDEN + 1) * TINY.classes;
  const weights = Float32Array.from({ length: count }, (_, i) => ((i * 37) % 101) / 101 - 0.5);
  for (let i = 0; i < INPUTS; i++) weights.fill(0, i * HIDDEN, i * HIDDEN + 2);
  return writeRaw(folder, model, weights);
}

async function world() {
  const folder = await temporaryFolder();
  const at = (name: string): string => path.join(folder, name);
  return { folder, at, model: await hidden(at('net')), data: await writeTinyData(at('data')) };
}

describe('secateur remove', () => {
  it('writes a smaller model and prints layers, totals and the largest difference', async () => {
    const { at, model } = await world();
    const data = at('more');
    await writeTinyDataset(data, { train: 240, test: 30, size: TINY.size, classes: TINY.classes });
    const given = ['remove', model, '--macs', '0.5', '--score', 'taylor', '--samples', '20', '--data', data];
    const text = await secateur([...given, '--fine-tune', '1', '--out', at('out')]);
    expect(text.code, text.stderr).toBe(0);
    expect(text.stdout).toMatch(/hidden +removed +8 -> 4 +296 -> 148 +288 -> 144/);
    expect(text.stdout).toMatch(/logits +follows +3 +27 -> 15 .* it is the output of the model/);
    expect(text.stdout).toMatch(/largest difference of outputs, removed against masked, on 20 validation examples: \d/);
    expect(text.stdout).toMatch(/test accuracy: .* before, .* after pruning, .* after fine-tuning/);
    const { code, stdout } = await secateur(['inspect', at('out'), '--json']);
    expect(code).toBe(0);
    const { totals } = z
      .object({ totals: z.object({ params: z.number(), macs: z.number() }) })
      .parse(JSON.parse(stdout));
    expect(totals).toEqual({ params: 163, macs: 156 });
  });

  it('removes what is all zero without data, and answers with one document', async () => {
    const { at, model } = await world();
    const { code, stdout } = await secateur(['remove', model, '--zeros', '--out', at('out'), '--json']);
    expect(code).toBe(0);
    const { difference, totals } = z
      .object({
        difference: z.object({ largest: z.number().max(1e-5), on: z.literal('noise') }),
        totals: z.object({ before: z.object({ params: z.number() }), after: z.object({ params: z.number() }) }),
      })
      .parse(JSON.parse(stdout));
    expect(difference.largest).toBeGreaterThanOrEqual(0);
    expect([totals.before.params, totals.after.params]).toEqual([323, 243]);
  });

  it('prints the plan of a dry run, and writes nothing', async () => {
    const { folder, model, data } = await world();
    const before = await readdir(folder, { recursive: true });
    const given = ['remove', model, '--channels', '0.5', '--scope', 'layer', '--data', data, '--dry-run'];
    const { code, stdout } = await secateur([...given, '--json']);
    expect(code).toBe(0);
    const { layers, totals, accuracy, metrics } = DryRun.parse(JSON.parse(stdout));
    expect(layers.map(({ name, state, after }) => [name, state, after.width])).toEqual([
      ['flatten', 'skipped', INPUTS],
      ['hidden', 'removed', HIDDEN / 2],
      ['logits', 'follows', TINY.classes],
    ]);
    expect(totals.after.params).toBeLessThan(totals.before.params);
    expect(totals.after.macs).toBe(totals.before.macs / 2);
    expect(accuracy).toMatchObject({ samples: 3, accuracy: metrics.after![0].value });
    expect((await secateur(given)).stdout).toMatch(/hidden +removed .*Nothing was written: this was a dry run\.\n$/s);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it.each([
    [['--macs', '0.5', '--zeros'], 2, /^error: option '--macs <share>' cannot be used with option '--zeros'$/m],
    [['--macs', '0.5'], 2, /^error: required option '--out <folder>' not specified$/m],
    [['--out', 'out'], 2, /^error: one of '--channels', '--macs', '--params' and '--zeros' must be given$/m],
    [['--macs', 'half', '--out', 'out'], 1, /^That cannot be done: .*must be a number from 0 to 1/],
    [
      ['--macs', '0.99', '--out', 'out'],
      1,
      /^A share of 99% of the MACs cannot be removed, .*: ask for 87\.5% at most\.$/,
    ],
    [['--macs', '0.5', '--score', 'bn-scale', '--out', 'out'], 1, /^The score bn-scale cannot rate any channel/],
    [
      ['--macs', '0.5', '--score', 'taylor', '--out', 'out'],
      1,
      /^Removing channels with the score taylor needs a dataset: /,
    ],
    [
      ['--macs', '0.5', '--score', 'taylor', '--dry-run'],
      1,
      /^Removing channels with the score taylor needs a dataset: give one with --data, for example /,
    ],
    [['--zeros', '--fine-tune', '1', '--out', 'out'], 1, /^Fine-tuning needs a dataset: give one with --data/],
    [['--zeros', '--recalibrate', '50', '--out', 'out'], 1, /^Recalibrating needs a dataset: give one with --data/],
    [
      ['--macs', '0.5', '--input-shape', '9,9,1', '--out', 'out'],
      1,
      /^The input shape 9,9,1 does not fit the model, which takes /,
    ],
    [['--channels', '0.5', '--protect', 'conv*', '--out', 'out'], 1, /^"conv\*" in "protect" names no layer/],
  ])('%j ends with one sentence and writes nothing', async (options, exit, sentence) => {
    const { folder, at, model } = await world();
    const before = await readdir(folder, { recursive: true });
    const typed = options.map((option) => (option === 'out' ? at('out') : option));
    const { code, stdout, stderr } = await secateur(['remove', model, ...typed]);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    if (exit === 1) {
      expect(lastLine(stderr)).toMatch(sentence);
      expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
    } else expect(stderr).toMatch(sentence);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});
