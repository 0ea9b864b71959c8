import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { PrunedLayer } from '../../../src/protocol/measure';
import { ModelTotals } from '../../../src/protocol/model';
import { Recipe } from '../../../src/protocol/recipe';
import { EpochRecord } from '../../../src/protocol/epoch';
import { writeTinyData } from '../../fixtures/tiny-data';
import { TINY, writeRaw } from '../../fixtures/tiny-model';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();
const SAMPLE_MODEL = path.resolve('media/samples/fashion-cnn');
let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
const at = (...parts: string[]): string => path.join(folder, ...parts);
const recipeIn = async (out: string): Promise<Recipe> =>
  Recipe.parse(JSON.parse(await readFile(at(out, 'recipe.json'), 'utf8')));

describe('secateur finetune', () => {
  it('prunes the network that ships gradually, with a teacher and early stop, and says what it reached', async () => {
    await writeTinyDataset(at('images'), { train: 440, test: 100, size: 28, classes: 10 });
    const { code, stdout, stderr } = await secateur([
      ...['finetune', SAMPLE_MODEL, '--data', at('images'), '--out', at('out'), '--json'],
      ...['--epochs', '2', '--batch-size', '100', '--gradual', '0.95', '--from', '0', '--to', '1'],
      ...['--distill', '--temperature', '3', '--alpha', '0.4', '--patience', '1', '--schedule', 'exponential'],
      ...['--decay', '0.5', '--warmup', '0.1', '--frequency', '2', '--score', 'lamp'],
    ]);
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(/epoch 1 of 2: loss .*, sparsity 95\.00%, /);
    const { epochs, best, layers, totals } = z
      .object({
        epochs: z.array(EpochRecord),
        best: EpochRecord,
        layers: z.array(PrunedLayer),
        totals: z.object({ before: ModelTotals, after: ModelTotals }),
      })
      .parse(JSON.parse(stdout));
    expect(totals.after.sparsity).toBeCloseTo(0.95, 5);
    expect(totals.before.sparsity).toBe(0);
    expect(epochs.map(({ sparsity }) => sparsity)).toEqual(epochs.map(() => expect.closeTo(0.95, 5) as number));
    expect(epochs.length).toBeGreaterThanOrEqual(best.epoch);
    expect(layers.some(({ state }) => state === 'pruned')).toBe(true);
    expect((await recipeIn('out')).steps).toEqual([
      expect.objectContaining({
        step: 'finetune',
        patience: 1,
        warmup: 0.1,
        decay: 0.5,
        gradual: expect.objectContaining({ sparsity: 0.95, from: 0, to: 1, frequency: 2, score: 'lamp' }) as object,
        distill: { teacher: 'start', temperature: 3, alpha: 0.4 },
      }),
    ]);
    const journal = await readFile(at('out', 'journal.jsonl'), 'utf8');
    expect(journal).toMatch(/"kind":"mask","epoch":1,"sparsity":0\.949999/);
  });

  it('refuses options that do not go together or cannot be, with one sentence each', async () => {
    const model = await writeRaw(at('net'));
    const data = await writeTinyData(at('data'));
    const refused = async (sentence: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await secateur(['finetune', model, '--data', data, '--out', at('out'), ...args]);
      expect(code).not.toBe(0);
      expect(lastLine(stderr.replace('(add --help for what can be given)', ''))).toMatch(sentence);
    };
    await Promise.all([
      refused(/^The option --from goes with --gradual: give that too\.$/, '--from', '1'),
      refused(/^The option --alpha goes with --distill: give that too\.$/, '--alpha', '0.5'),
      refused(/ends \(after epoch 1\) before it begins/, '--gradual', '0.5', '--from', '2', '--to', '1'),
      refused(/ends after epoch 3, but only 2 epochs/, '--gradual', '0.5', '--to', '3'),
      refused(/must be a number from 0 to 1\.\s*$/, '--gradual', 'half'),
      refused(/It must be a number, 0 or more\.\s*$/, '--gradual', '0.5', '--to', '-1'),
      refused(/"decay", which means nothing to the schedule cosine/, '--decay', '0.5'),
      refused(/"nowhere" does not exist|does not exist/, '--distill', at('nowhere')),
    ]);
  });
});

describe('secateur prune', () => {
  it('in rounds with rewinding unrolls them into its recipe and reaches the sparsity', async () => {
    const model = await writeRaw(at('net'));
    const data = at('images');
    await writeTinyDataset(data, { train: 240, test: 50, size: TINY.size, classes: TINY.classes });
    const { code, stdout, stderr } = await secateur([
      ...['prune', model, '--sparsity', '0.75', '--rounds', '2', '--rewind', model, '--fine-tune', '1'],
      ...['--patience', '2', '--distill', '--data', data, '--out', at('out'), '--json'],
    ]);
    expect(code, stderr).toBe(0);
    const { totals } = z.object({ totals: z.object({ after: ModelTotals }) }).parse(JSON.parse(stdout));
    expect(totals.after.sparsity).toBeCloseTo(0.75, 2);
    const { steps } = await recipeIn('out');
    expect(steps.map(({ step }) => step)).toEqual(['prune', 'rewind', 'finetune', 'prune', 'rewind', 'finetune']);
    expect(steps[0]).toMatchObject({ amount: { sparsity: 0.5 } });
  });

  it('refuses ways of recovery without fine-tuning, and rounds without a sparsity', async () => {
    const model = await writeRaw(at('net'));
    const data = await writeTinyData(at('data'));
    const refused = async (sentence: RegExp, ...args: string[]): Promise<void> => {
      const { code, stderr } = await secateur(['prune', model, '--data', data, '--out', at('out'), ...args]);
      expect(code).not.toBe(0);
      expect(lastLine(stderr)).toMatch(sentence);
    };
    await Promise.all([
      refused(/^The option --rounds goes with --fine-tune: give that too\.$/, '--sparsity', '0.5', '--rounds', '2'),
      refused(
        /^That cannot be done: amount\.sparsity: must be from 0 to 1\.$/,
        ...['--sparsity', '2', '--rounds', '2', '--fine-tune', '1'],
      ),
      refused(
        /^The option --rewind goes with --fine-tune: give that too\.$/,
        ...['--sparsity', '0.5', '--rewind', model],
      ),
      refused(
        /^The option --patience goes with --fine-tune: give that too\.$/,
        ...['--sparsity', '0.5', '--patience', '2'],
      ),
      refused(
        /Rounds lead up to a sparsity: give one with --sparsity/,
        ...['--threshold', '0.1', '--rounds', '2', '--fine-tune', '1'],
      ),
      refused(/does not exist/, '--sparsity', '0.5', '--rewind', at('nowhere'), '--fine-tune', '1'),
    ]);
  });
});
