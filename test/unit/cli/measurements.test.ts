import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { Comparison } from '../../../src/protocol/measure/compare';
import { Latency } from '../../../src/protocol/measure/latency';
import { Sensitivity } from '../../../src/protocol/measure/sensitivity';
import { ParetoCurve } from '../../../src/protocol/pareto';
import { RunResult } from '../../../src/protocol/run';
import { ONE_SENTENCE } from '../../fixtures/bad-input';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';
import { lastLine, secateurHere, type Outcome } from './secateur';

const secateur = secateurHere();
let folder = '';
let model = '';
let data: string[] = [];
beforeEach(async () => {
  folder = await temporaryFolder();
  model = await writeRaw(at('net'));
  data = ['--data', await writeTinyData(at('data'))];
});
const at = (...parts: string[]): string => path.join(folder, ...parts);
const document = ({ stdout }: Outcome): unknown => JSON.parse(stdout);

describe('secateur sensitivity', () => {
  it('keeps its points in a folder and goes on from them; the table, JSON and CSV tell the same', async () => {
    const out = ['--out', at('scan')];
    const text = await secateur(['sensitivity', model, ...data, ...out, '--sparsities', '0.5,0.9']);
    expect(text.stdout).toMatch(/^logits +108 /m);
    expect(text.stdout).toContain('flatten: skipped, it has no weights');
    const again = await secateur(['sensitivity', model, ...data, ...out, '--sparsities', '0.2,0.5,0.9', '--json']);
    const result = Sensitivity.parse(document(again));
    expect(result.reused).toBe(2);
    expect(result.layers.find(({ name }) => name === 'logits')?.points.length).toBe(3);
    expect(JSON.parse(await readFile(at('scan', 'sensitivity.json'), 'utf8'))).toEqual(document(again));
    const csv = await secateur(['sensitivity', model, ...data, ...out, '--sparsities', '0.2,0.5,0.9', '--csv']);
    expect(csv.stdout).toBe(await readFile(at('scan', 'sensitivity.csv'), 'utf8'));
    expect(csv.stdout.split('\n')[0]).toBe('parameter,sparsity,top1,top5,loss');
    expect((await readdir(at('scan'))).sort()).toEqual([
      'sensitivity.csv',
      'sensitivity.json',
      'sensitivity.points.jsonl',
    ]);
  });

  it('measures each layer in fewer and fewer bits', async () => {
    const bits = ['--by', 'quantize', '--bits', '8,2', '--collapse', '1'];
    const { stdout } = await secateur(['sensitivity', model, ...data, ...bits, '--csv']);
    expect(stdout.split('\n')[0]).toBe('parameter,bits,sparsity,top1,top5,loss');
    const { layers, baseline } = Sensitivity.parse(
      document(await secateur(['sensitivity', model, ...data, ...bits, '--json'])),
    );
    for (const { points, state } of layers)
      expect(points.map((point) => point.bits)).toEqual(state === 'scanned' ? [8, 2] : []);
    const losses = layers.flatMap(({ points: [fine] }) => (fine ? [Math.abs(fine.loss - baseline.loss)] : []));
    expect(losses.length).toBe(1);
    expect(Math.max(...losses)).toBeLessThan(0.05);
    const table = await secateur(['sensitivity', model, ...data, ...bits]);
    expect(table.stdout).toMatch(/^layer +weights +8 bits +2 bits$/m);
    expect((await secateur(['sensitivity', model, ...data, '--by', 'quantize', '--bits', '9'])).stderr).toMatch(/bits/);
  });

  it.each(['residual', 'inverted', 'branches', 'residual-uint8'])(
    'measures the Keras model %s, its weights and its channels',
    async (name) => {
      // Their weights are random, so nothing tells how pixels enter them.
      const pixels = ['--normalization', '[-1,1]', '--samples', '50', '--sparsities', '0.5'];
      const images = ['--data', 'media/samples/fashion-mnist-sample', ...pixels];
      const layersOf = async (...method: string[]) => {
        const network = path.resolve('test/fixtures/keras', name);
        const { layers } = Sensitivity.parse(
          document(await secateur(['sensitivity', network, ...images, ...method, '--json'])),
        );
        return layers.filter(({ points }) => points.length === 1).map((layer) => layer.name);
      };
      const [weights, channels] = [await layersOf(), await layersOf('--by', 'remove')];
      expect(weights.length).toBeGreaterThan(2);
      expect(channels.length).toBeGreaterThan(0);
      expect(weights).toEqual(expect.arrayContaining(channels));
    },
  );

  it('refuses a folder with the scan of another score, and leaves it', async () => {
    const out = ['--out', at('scan'), '--sparsities', '0.5'];
    await secateur(['sensitivity', model, ...data, ...out]);
    const before = await readFile(at('scan', 'sensitivity.points.jsonl'), 'utf8');
    const { code, stderr } = await secateur(['sensitivity', model, ...data, ...out, '--score', 'random']);
    expect({ code, last: lastLine(stderr) }).toEqual({ code: 1, last: expect.stringMatching(ONE_SENTENCE) as string });
    expect(lastLine(stderr)).toContain('holds a sensitivity scan of another model');
    expect(await readFile(at('scan', 'sensitivity.points.jsonl'), 'utf8')).toBe(before);
  });

  it.each([
    [['--granularity', '2:4'], 1, 'sets the sparsity itself'],
    [['--score', 'fpgm'], 1, 'The score fpgm is not a score of weights'],
    [['--by', 'remove'], 1, 'The model has no channels that can be removed'],
    [['--sparsities', '0.5,2'], 2, 'It must be a number above 0, up to 1'],
  ])('says in one sentence what is wrong with %j', async (options, exit, words) => {
    const { code, stdout, stderr } = await secateur(['sensitivity', model, ...data, ...options, '--out', at('scan')]);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(words);
    await expect(stat(at('scan'))).rejects.toThrow('ENOENT');
  });
});

describe('secateur target', () => {
  it('writes a checkpoint that meets it, with the plans beside', async () => {
    const goal = ['--params', '60', '--search', 'greedy', '--out', at('small'), '--json'];
    const result = RunResult.parse(document(await secateur(['target', model, ...data, ...goal])));
    expect(result.after.nonzero).toBeLessThanOrEqual(60);
    const curve = ParetoCurve.parse(JSON.parse(await readFile(at('small', 'pareto.json'), 'utf8')));
    expect(curve.points[curve.chosen]?.nonzero).toBe(result.after.nonzero);
    expect(await readFile(at('small', 'results.md'), 'utf8')).toContain('| 1 | target | plan ');
  });

  it.each([
    [[], 2, "one of '--accuracy', '--metric', '--bytes', '--macs' and '--params' must be given"],
    [['--bytes', '9', '--params', '9'], 2, 'cannot be used with'],
    [['--bytes', '10'], 1, 'cannot be met: the best plan found has'],
    [['--accuracy', 'high'], 1, 'must be a number from 0 to 1'],
    [['--bytes', '1.5'], 1, 'must be a whole number'],
  ])('says in one sentence what is wrong with %j', async (options, exit, words) => {
    const { code, stdout, stderr } = await secateur(['target', model, ...data, ...options, '--out', at('small')]);
    expect({ code, stdout }).toEqual({ code: exit, stdout: '' });
    expect(stderr).toContain(words);
    await expect(stat(at('small'))).rejects.toThrow('ENOENT');
  });
});

describe('two models', () => {
  it('are timed in turns and compared side by side', async () => {
    await secateur(['prune', model, '--sparsity', '0.5', '--out', at('half')]);
    const options = ['--batches', '1,4', '--runs', '3', '--warm-up', '1', '--json'];
    const latency = Latency.parse(document(await secateur(['latency', model, at('half'), ...options])));
    expect(latency.batches.map(({ batch, other }) => [batch, other?.runs])).toEqual([
      [1, 3],
      [4, 3],
    ]);
    expect(latency.note).toContain('Both have the same shapes, so the same speed');
    const compared = Comparison.parse(document(await secateur(['compare', model, at('half'), ...data, '--json'])));
    expect([compared.a.totals.sparsity, compared.b.totals.sparsity]).toEqual([0, 0.5]);
    expect(compared.a.evaluation?.perClass.length).toBe(3);
    const text = await secateur(['compare', model, at('half')]);
    expect(text.stdout).toMatch(/^logits .* 0\.00% > 50\.00%/m);
    expect(text.stdout).toContain('accuracy: not measured, no dataset chosen');
  });

  it('of which one is none are refused in one sentence', async () => {
    for (const command of ['latency', 'compare']) {
      const { code, stderr } = await secateur([command, model, at('nowhere')]);
      expect(code).toBe(1);
      expect(lastLine(stderr)).toMatch(ONE_SENTENCE);
    }
  });
});
