import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PrunedLayer } from '../../../src/protocol/measure';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeTinyData } from '../../fixtures/tiny-data';
import { tinyModel, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const Layers = z.object({ layers: z.array(PrunedLayer) });

describe('scores that need data', () => {
  const secateur = secateurHere();
  let folder = '';
  let [model, data] = ['', ''];
  beforeEach(async () => {
    folder = await temporaryFolder();
    model = await writeRaw(path.join(folder, 'net'));
    data = await writeTinyData(path.join(folder, 'data'));
  });
  const at = (...parts: string[]): string => path.join(folder, ...parts);
  const half = (score: string): string[] => ['prune', model, '--score', score, '--sparsity', '0.5'];

  it.each(['taylor', 'movement', 'wanda'])('%s plans, and cuts what the plan says', async (score) => {
    const given = [...half(score), '--samples', '20', '--data', data, '--json'];
    const planned = await secateur([...given, '--dry-run']);
    expect(planned.code).toBe(0);
    const done = await secateur([...given, '--out', at(score)]);
    expect(done.code).toBe(0);
    const [plan, result] = [planned.stdout, done.stdout].map((text) => Layers.parse(JSON.parse(text)).layers);
    expect(result).toEqual(plan);
    expect(result!.at(-1)).toMatchObject({ name: 'logits', state: 'pruned', sparsity: 0.5 });
    const kernel = (await readCheckpoint(at(score, 'model.json'))).tensors.get('logits/kernel')!.data;
    expect(kernel.filter((weight) => weight === 0)).toHaveLength(54);
  });

  it('obc fits the kept weights anew, to the same bytes each time, and says how near they come', async () => {
    const given = [...half('obc'), '--samples', '20', '--data', data];
    const [one, same] = [
      await secateur([...given, '--out', at('one'), '--json']),
      await secateur([...given, '--out', at('same')]),
    ];
    const layer = Layers.parse(JSON.parse(one.stdout)).layers.at(-1)!;
    expect(layer.outputError!.after).toBeLessThan(layer.outputError!.before);
    expect(same.stdout).toMatch(/logits .* output error [\d.]+%, [\d.]+% after fitting its weights again/);
    const [original, fitted] = await Promise.all([model, at('one', 'model.json')].map((file) => readCheckpoint(file)));
    const [before, after] = [original, fitted].map((content) => content!.tensors.get('logits/kernel')!.data);
    const kept = [...after!.keys()].filter((i) => after![i] !== 0);
    expect(kept).toHaveLength(54);
    expect(kept.some((i) => after![i] !== before![i])).toBe(true);
    expect(await readFile(at('one', 'model.json'))).toEqual(await readFile(at('same', 'model.json')));
    const shard = (await readdir(at('one'))).find((file) => file.endsWith('.bin'))!;
    expect(await readFile(at('one', shard))).toEqual(await readFile(at('same', shard)));
    const { recipe } = z
      .object({ recipe: z.object({ steps: z.array(PruneStep) }) })
      .parse(fitted!.metadata!['secateur']);
    expect(recipe.steps[0]).toMatchObject({ score: 'obc', samples: 20 });
  });

  it('say in one sentence what they lack, and write nothing', async () => {
    const before = await readdir(folder, { recursive: true });
    const without = await secateur([...half('wanda'), '--dry-run']);
    expect([without.code, lastLine(without.stderr)]).toEqual([
      1,
      'Pruning with the score wanda needs a dataset: give one with --data, for example --data fashion-mnist.',
    ]);
    const strange = tinyModel();
    strange.modelTopology.config.layers.splice(1, 0, { class_name: 'Sharpen', config: { name: 'sharpen' } });
    const odd = await writeRaw(path.join(await temporaryFolder(), 'odd'), strange);
    const refused = await secateur([
      'prune',
      odd,
      '--score',
      'taylor',
      '--sparsity',
      '0.5',
      '--data',
      data,
      '--dry-run',
    ]);
    expect([refused.code, lastLine(refused.stderr)]).toEqual([
      1,
      expect.stringMatching(/^The layer "sharpen" has the type /),
    ]);
    const none = await secateur([...half('obc'), '--samples', '0', '--data', data, '--dry-run']);
    expect([none.code, none.stderr]).toEqual([
      2,
      expect.stringMatching(/--samples.*It must be a whole number from 1 to 1,000,000/s),
    ]);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });
});
