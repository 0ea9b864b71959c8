import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { Evaluation, Histogram } from '../../../src/protocol/measure';
import { ModelTotals } from '../../../src/protocol/model';
import { RunResult } from '../../../src/protocol/run';
import { EpochRecord } from '../../../src/protocol/epoch';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere } from './secateur';

const secateur = secateurHere();
let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});
const at = (...parts: string[]): string => path.join(folder, ...parts);

/** A model and a dataset that fit each other. */
async function tiny(): Promise<{ model: string; data: string }> {
  return { model: await writeRaw(at('net')), data: await writeTinyData(at('data')) };
}

/** Images of 28x28 in ten classes, so that a network that ships can be trained on them. */
async function images(): Promise<string> {
  await writeTinyDataset(at('images'), { train: 600, test: 100, size: 28, classes: 10 });
  return at('images');
}

describe('--json prints one document', () => {
  it('of what was inspected', async () => {
    const { model } = await tiny();
    const { code, stdout, stderr } = await secateur(['inspect', model, '--json', '--histograms', '--brotli']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { layers, totals, histograms } = z
      .object({
        layers: z.array(
          z.object({
            name: z.string(),
            type: z.string(),
            outputShape: z.array(z.number().nullable()),
            params: z.number(),
            nonzero: z.number(),
            sparsity: z.number().nullable(),
            macs: z.number(),
          }),
        ),
        totals: ModelTotals,
        histograms: z.array(Histogram),
      })
      .parse(JSON.parse(stdout));
    expect(layers.map(({ name, params, macs }) => [name, params, macs])).toEqual([
      ['flatten', 0, 0],
      ['logits', 111, 108],
    ]);
    expect(totals).toMatchObject({ params: 111, nonzero: 111, sparsity: 0, macs: 108 });
    expect(totals.brotliBytes).toBeGreaterThan(0);
    expect(histograms.map(({ layer, count }) => [layer, count])).toEqual([['logits', 108]]);
  });

  it('of what was evaluated, with progress elsewhere', async () => {
    const { data } = await tiny();
    const args = ['evaluate', at('net'), '--data', data, '--split', 'validation', '--samples', '2', '--json'];
    const { code, stdout } = await secateur(args);
    expect(code).toBe(0);
    expect(Evaluation.parse(JSON.parse(stdout))).toMatchObject({
      samples: 2,
      split: 'validation',
      dataset: { name: 'data', sample: false },
    });
  });

  it('of what was pruned', async () => {
    const { model, data } = await tiny();
    const cut = ['prune', model, '--sparsity', '0.5', '--fine-tune', '1', '--data', data, '--out', at('out'), '--json'];
    // Only 33 images are left to train on: the batch of 100 must be refused, not rounded down to no step at all.
    expect(lastLine((await secateur(cut)).stderr)).toMatch(/A batch of 100 images is more than the 33/);
    await writeTinyDataset(data, { train: 480, test: 60, size: 6, classes: 3 });
    const { code, stdout } = await secateur(cut);
    expect(code).toBe(0);
    const { out, layers, totals, accuracy } = z
      .object({
        out: z.string(),
        layers: z.array(
          z.object({ name: z.string(), sparsity: z.number().nullable(), threshold: z.number().nullable() }),
        ),
        totals: z.object({ before: ModelTotals, after: ModelTotals }),
        accuracy: z.object({ before: z.number(), afterPrune: z.number(), afterFineTune: z.number() }),
      })
      .parse(JSON.parse(stdout));
    expect(out).toBe(at('out', 'model.json'));
    expect(layers.find(({ name }) => name === 'logits')).toMatchObject({ sparsity: 0.5 });
    expect([totals.before.sparsity, totals.after.sparsity]).toEqual([0, 0.5]);
    expect(accuracy.afterFineTune).toBeGreaterThan(0);
  });

  it('of a pattern that was pruned, filters and protected layers told apart', async () => {
    const { model } = await tiny();
    const Layers = z.object({ layers: z.array(z.object({ name: z.string(), sparsity: z.number().nullable() })) });
    const pruned = async (name: string, ...given: string[]) => {
      const { code, stdout } = await secateur(['prune', model, ...given, '--out', at(name), '--json']);
      expect(code).toBe(0);
      return Layers.parse(JSON.parse(stdout)).layers.find((layer) => layer.name === 'logits')!.sparsity;
    };
    expect(await pruned('pattern', '--granularity', '1:4')).toBe(0.75);
    expect(await pruned('filter', '--granularity', 'filter', '--sparsity', '0.6', '--score', 'l2')).toBeCloseTo(2 / 3);
    expect(await pruned('random', '--score', 'random', '--sparsity', '0.5')).toBe(0.5);
  });

  it('of a dry run, which writes nothing', async () => {
    const { model, data } = await tiny();
    const before = await readdir(folder, { recursive: true });
    const given = ['prune', model, '--sparsity', '0.5', '--score', 'lamp', '--data', data, '--dry-run'];
    const { code, stdout } = await secateur([...given, '--json']);
    expect(code).toBe(0);
    const { layers, totals } = z
      .object({
        layers: z.array(z.object({ name: z.string(), state: z.string(), reason: z.string().optional() })),
        totals: z.object({
          before: z.object({ sparsity: z.number(), nonzeroMacs: z.number(), gzipBytes: z.number() }),
          after: z.object({ sparsity: z.number(), nonzeroMacs: z.number(), gzipBytes: z.number() }),
        }),
        accuracy: z.object({ accuracy: z.number(), baseline: z.number(), samples: z.literal(3) }),
      })
      .parse(JSON.parse(stdout));
    expect(layers).toEqual([
      { name: 'flatten', state: 'skipped', reason: 'it has no weights' },
      { name: 'logits', state: 'pruned' },
    ]);
    expect([totals.before.sparsity, totals.after.sparsity]).toEqual([0, 0.5]);
    expect(totals.after.nonzeroMacs).toBe(totals.before.nonzeroMacs / 2);
    expect(totals.after.gzipBytes).not.toBe(totals.before.gzipBytes);
    expect((await secateur(given)).stdout).toMatch(/logits +pruned .*Nothing was written: this was a dry run\.\n$/s);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it.each([
    ['finetune', ['--gradual', '0.75'], 0.75],
    ['finetune', [], 0],
    ['target', ['--accuracy', '0.5'], 0],
  ])('of a dry run of %s %j', async (step, options, sparsity) => {
    const { model, data } = await tiny();
    const before = await readdir(folder, { recursive: true });
    const given = [step, model, ...options, '--data', data, '--dry-run'];
    const { stdout, stderr } = await secateur([...given, '--json']);
    expect(stderr).not.toMatch(/error/);
    const { totals, accuracy } = z
      .object({
        totals: z.object({ before: ModelTotals, after: ModelTotals.omit({ bytes: true, gzipBytes: true }) }),
        accuracy: z.object({ baseline: z.number(), accuracy: z.null() }),
      })
      .parse(JSON.parse(stdout));
    expect(totals.after.sparsity).toBe(sparsity);
    expect(accuracy.baseline).toBeGreaterThanOrEqual(0);
    expect((await secateur(given)).stdout).toMatch(/ before\n.*Nothing was written: this was a dry run\.\n$/s);
    expect(await readdir(folder, { recursive: true })).toEqual(before);
  });

  it('of a dry run whose weights are trained later: files of quantized weights will grow', async () => {
    const { model } = await tiny();
    await writeTinyDataset(at('shapes'), { train: 240, test: 30, size: 6, classes: 3 });
    const { tensors, ...content } = await readCheckpoint(model);
    const quantization = { dtype: 'uint8', min: -0.5, scale: 1 / 255 } as const;
    const onGrid = (_: number, i: number): number => Math.fround((i % 256) * (1 / 255) - 0.5);
    const coarse = [...tensors.values()].map((tensor) => ({
      ...tensor,
      data: Float32Array.from(tensor.data, onGrid),
      quantization,
    }));
    await writeCheckpoint(path.dirname(model), { ...content, tensors: new Map(coarse.map((one) => [one.name, one])) });
    const given = ['prune', model, '--sparsity', '0.5', '--data', at('shapes')];
    const notes = async (...more: string[]): Promise<string[]> => {
      const { stdout } = await secateur([...given, ...more, '--json']);
      return z.object({ notes: z.array(z.string()).default([]) }).parse(JSON.parse(stdout)).notes;
    };
    const planned = await notes('--fine-tune', '1', '--values', 'free', '--dry-run');
    const grown = planned.filter((note) => note.includes('the files grow by up to'));
    expect(grown).toHaveLength(1);
    expect(await notes('--fine-tune', '1', '--values', 'free', '--out', at('grown'))).toContain(grown[0]);
    expect(await notes('--dry-run')).not.toContain(grown[0]);
  });

  it('of what was trained', async () => {
    const data = await images();
    const args = ['train', '--arch', 'lenet-300-100', '--data', data, '--epochs', '2', '--out', at('out'), '--json'];
    const { code, stdout, stderr } = await secateur(args);
    expect(code).toBe(0);
    const document = z
      .object({ out: z.string(), epochs: z.array(EpochRecord), best: EpochRecord })
      .parse(JSON.parse(stdout));
    expect(document.epochs).toHaveLength(2);
    expect(document.epochs).toContainEqual(document.best);
    expect(document.out).toBe(at('out', 'model.json'));
    expect(stderr).toMatch(/epoch 2 of 2: loss \d\.\d{4}, accuracy .* training, .* validation, .* test/);
  });

  it('of a recipe that ran', async () => {
    await tiny();
    const recipe = { recipeVersion: 1, checkpoint: 'net', steps: [{ step: 'prune', amount: { threshold: 0.1 } }] };
    await writeFile(at('cut.json'), JSON.stringify(recipe));
    const { code, stdout } = await secateur(['run', at('cut.json'), '--out', at('out'), '--json']);
    expect(code).toBe(0);
    expect(RunResult.parse(JSON.parse(stdout)).out).toBe(at('out', 'model.json'));
  });
});

describe('on a terminal', () => {
  it('the results read as tables', async () => {
    const { model, data } = await tiny();
    const inspected = await secateur(['inspect', model, '--histograms']);
    expect(inspected.stdout).toMatch(/logits +Dense +3 +111 +111 +0\.00% +108/);
    expect(inspected.stdout).toMatch(/logits: 108 weights, 0 zeros/);
    const evaluated = await secateur(['evaluate', model, '--data', data]);
    expect(evaluated.stdout).toMatch(/^accuracy \d+\.\d\d%, loss .* on 36 test examples of data/);
    const pruned = await secateur(['prune', model, '--threshold', '0.2', '--out', at('out')]);
    expect(pruned.stdout).toMatch(/logits +\d+ +\d+\.\d\d% +0\.2/);
    expect(pruned.stdout).toMatch(/not measured, no dataset chosen/);
    const recipe = {
      recipeVersion: 1,
      checkpoint: 'net',
      data: 'data',
      steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
    };
    await writeFile(at('cut.json'), JSON.stringify(recipe));
    const ran = await secateur(['run', at('cut.json'), '--out', at('ran')]);
    expect(ran.stdout).toMatch(/1 +prune +test accuracy/);
  });

  it('the sample is named as such', async () => {
    const sample = path.resolve('media/samples/fashion-mnist-sample');
    const net = path.resolve('media/samples/fashion-cnn');
    const { code, stdout } = await secateur(['evaluate', net, '--data', sample, '--samples', '200']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Measured on the small sample of Fashion-MNIST that ships/);
  });
});

describe('the exit code', () => {
  it.each([
    [['prune', 'x', '--out', 'y'], /one of '--sparsity', '--threshold' and '--standard-deviations' must be given/],
    [['prune', 'x', '--out', 'y', '--sparsity', '0.5', '--threshold', '1'], /cannot be used with/],
    [['train', '--arch', 'lenet-5', '--data', 'd', '--out', 'y', '--epochs', '0'], /whole number from 1 to 10,000/],
    [['evaluate', 'x'], /required option '--data/],
    [['evaluate', 'x', '--data', 'd', '--split', 'holdout'], /Allowed choices are train, validation, test/],
    [['inspect'], /missing required argument/],
    [['inspect', 'x', '--colour'], /unknown option/],
    [['polish'], /unknown command/],
  ])('is 2 for %j', async (args, complaint) => {
    const { code, stdout, stderr } = await secateur(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(complaint);
  });

  it('is 1 with the names of all networks where there is none of a name', async () => {
    const { code, stderr } = await secateur(['train', '--arch', 'resnet', '--data', 'd', '--out', 'y']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/must be one of fashion-cnn, .*, lstm, or the path of a \.json file/);
  });

  it('is 1 with a sentence where fine-tuning has no data', async () => {
    const { model } = await tiny();
    const { code, stderr } = await secateur([
      'prune',
      model,
      '--sparsity',
      '0.5',
      '--fine-tune',
      '1',
      '--out',
      at('o'),
    ]);
    expect({ code, sentence: lastLine(stderr) }).toEqual({
      code: 1,
      sentence: 'Fine-tuning needs a dataset: give one with --data, for example --data fashion-mnist.',
    });
  });

  it.each([
    [
      ['--granularity', '4:2'],
      /^The granularity 4:2 keeps every weight: in N:M, such as 2:4, N must be smaller than M\.$/,
    ],
    [
      ['--granularity', '2:5'],
      /^The granularity 2:5 fits no layer \("logits": its 36 input channels cannot be divided/,
    ],
    [['--granularity', '2:4', '--sparsity', '0.5'], /^The granularity 2:4 sets the sparsity itself/],
    [['--granularity', 'stripe', '--sparsity', '0.5'], /must be element, kernel, filter, a block such as 4x4, or N:M/],
    [['--sparsity', '0.5', '--protect', 'conv*'], /^"conv\*" in "protect" names no layer of the model/],
  ])('is 1 with a sentence for a pruning that does not fit: %j', async (given, sentence) => {
    const { model } = await tiny();
    const { code, stdout, stderr } = await secateur(['prune', model, ...given, '--out', at('o')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(lastLine(stderr)).toMatch(sentence);
    expect(await readdir(folder)).not.toContain('o');
  });

  it('is 0 for help, which shows examples', async () => {
    for (const command of ['train', 'evaluate', 'inspect', 'prune', 'run']) {
      const { code, stdout } = await secateur([command, '--help']);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`\\$ secateur ${command} `));
    }
  });
});
