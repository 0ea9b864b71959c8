import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { Advice } from '../../../src/protocol/advice';
import { Recipe } from '../../../src/protocol/recipe';
import { trains } from '../../../src/protocol/steps';
import { RunResult } from '../../../src/protocol/run';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { writeTinyData } from '../../fixtures/tiny-data';
import { TINY, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();
let folder = '';
let model = '';
beforeEach(async () => {
  folder = await temporaryFolder();
  model = await writeRaw(at('net'));
  vi.stubEnv('XDG_CACHE_HOME', at('cache'));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
const at = (...parts: string[]): string => path.join(folder, ...parts);

/** A model whose weights are more than its description. */
async function writeWide(): Promise<string> {
  const network = layers.sequential({
    layers: [
      layers.layers.flatten({ name: 'flat', inputShape: [TINY.size, TINY.size, 1] }),
      layers.layers.dense({ name: 'wide', units: 96, activation: 'relu' }),
      layers.layers.dense({ name: 'out', units: TINY.classes }),
    ],
  });
  await writeCheckpoint(at('wide'), fromLayersModel(network));
  network.dispose();
  return at('wide');
}

describe('secateur advise', () => {
  it('refuses a folder with such a recipe before any work', async () => {
    await mkdir(at('advice'));
    await writeFile(at('advice', 'recipe-3.json'), '{}');
    const asked = await secateur(['advise', model, '--out', at('advice'), '--minutes', '60']);
    expect(asked.code).toBe(1);
    expect(lastLine(asked.stderr)).toMatch(/^"recipe-3.json" is there already in .*: choose another folder\.$/);
    expect(await readdir(at('advice'))).toEqual(['recipe-3.json']);
  });

  it('writes ordinary recipes that run, and tells the same as text and as JSON', async () => {
    const data = ['--data', await writeTinyData(at('data'))];
    const asked = [
      'advise',
      await writeWide(),
      ...data,
      '--try',
      '10',
      '--minutes',
      '0.3',
      '--normalization',
      '[-1,1]',
    ];
    const { code, stdout } = await secateur([...asked, '--json', '--out', at('advice')]);
    expect(code).toBe(0);
    const advice = Advice.parse(JSON.parse(stdout));
    const text = await secateur([...asked, '--try', '1']);
    expect(text.code).toBe(0);
    expect(text.stdout).toContain('points of layers from an earlier advice');
    expect(advice.recipes.length).toBeGreaterThan(0);
    for (const { name } of advice.layers) expect(text.stdout).toContain(name);
    const files = await readdir(at('advice'));
    expect(files).toEqual(files.map((_, i) => `recipe-${i + 1}.json`));
    const recipes = await Promise.all(files.map(async (file) => Recipe.parse(JSON.parse(await readFile(at('advice', file), 'utf8'))))); // prettier-ignore
    expect(recipes.every(({ checkpoint }) => checkpoint !== undefined && !path.isAbsolute(checkpoint))).toBe(true);
    const untrained = files[recipes.findIndex(({ steps }) => !steps.some(trains))]!;
    const done = await secateur(['run', at('advice', untrained), '--out', at('run'), '--json']);
    expect(done.code).toBe(0);
    const packed = RunResult.parse(JSON.parse(done.stdout)).steps.find((step) => step.step === 'pack')?.packed.bytes;
    expect(advice.recipes.filter(({ packedBytes }) => packedBytes.measured).map(({ packedBytes }) => packedBytes.value)).toContain(packed); // prettier-ignore
    const again = await secateur([...asked, '--try', '1', '--out', at('advice')]);
    expect(again.code).toBe(1);
    expect(lastLine(again.stderr)).toMatch(/never overwritten/);
  });

  it('answers first and then fails with the best recipe where none meets the goal', async () => {
    const { code, stdout, stderr } = await secateur([
      'advise',
      await writeWide(),
      '--bytes',
      '10',
      '--out',
      at('advice'),
    ]);
    expect(code).toBe(1);
    expect(stdout).toContain('advice about sizes and work alone');
    expect(lastLine(stderr)).toMatch(/^The goal of at most 10 B packed cannot be met: the best recipe found has /);
    expect(await readdir(at('advice'))).not.toEqual([]);
  });

  it.each([
    ['two goals', ['--bytes', '10', '--macs', '50%'], /--bytes and --macs/],
    ['a metric without data', ['--metric', 'accuracy>=0.9'], /not measured: no dataset chosen/],
    ['a bound on the wrong side', ['--metric', 'accuracy<=0.9'], /must be a bound/],
  ])('refuses %s in one sentence and writes nothing', async (_, more, why) => {
    const { code, stderr } = await secateur(['advise', model, ...more, '--out', at('advice')]);
    expect(code).toBe(1);
    expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
    expect(lastLine(stderr)).toMatch(why);
    expect(await readdir(folder)).not.toContain('advice');
  });

  it('refuses a limit that is none as wrong use', async () => {
    expect((await secateur(['advise', model, '--latency', 'half'])).code).toBe(2);
  });
});
