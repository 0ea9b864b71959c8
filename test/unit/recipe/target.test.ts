import { readdir, readFile, stat } from 'node:fs/promises';
import { assert, describe, expect, it } from 'vitest';
import type { TargetGoal } from '../../../src/protocol/steps/goal';
import { ParetoCurve } from '../../../src/protocol/pareto';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { inspect } from '../../../src/engine/measure/inspect';
import { UserError } from '../../../src/protocol/errors';
import { englishIn, inChinese } from '../l10n/chinese';
import { Bench } from './runs';

const step = (goal: TargetGoal, more: object = {}) => ({ step: 'target', goal, samples: 20, ...more }) as const;
const recipe = (...given: Parameters<typeof step>) => ({ checkpoint: 'net', data: 'shapes', steps: [step(...given)] });

const curveIn = async (bench: Bench, out = 'out'): Promise<ParetoCurve> =>
  ParetoCurve.parse(JSON.parse(await readFile(bench.path(out, 'pareto.json'), 'utf8')));

describe('a target', () => {
  it('of bytes is met by the files that are written, and each plan is a step that comes to what it says', async () => {
    const bench = await Bench.make();
    const result = await bench.run(recipe({ bytes: 1500 }));
    expect(result.after.gzipBytes).toBeLessThanOrEqual(1500);
    const curve = await curveIn(bench);
    const [found] = result.steps;
    expect(found).toMatchObject({ step: 'target', curve, applied: { step: 'prune' } });
    const chosen = curve.points[curve.chosen]!;
    expect(Math.abs(chosen.gzipBytes - result.after.gzipBytes)).toBeLessThan(20);
    expect(chosen.sparsity).toBe(result.after.sparsity);
    curve.points.slice(1).forEach((point, i) => {
      expect(point.gzipBytes).toBeLessThan(curve.points[i]!.gzipBytes);
      expect(point.metrics[0].value).toBeLessThanOrEqual(curve.points[i]!.metrics[0].value);
    });
    await bench.run({ checkpoint: 'net', data: 'shapes', steps: [chosen.step] }, { out: 'again' });
    const weights = async (out: string) =>
      Object.entries(await bench.hashes(out)).filter(([name]) => name.endsWith('.bin'));
    expect(await weights('again')).toEqual(await weights('out'));
  });

  it.each(['prune', 'remove'] as const)(
    'writes each plan as a checkpoint where that is asked for, by %s',
    async (by) => {
      const bench = await Bench.make();
      const plain = await bench.run(recipe({ params: 150 }, { by }), { out: 'plain' });
      const result = await bench.run(recipe({ params: 150 }, { by, writePlans: true }));
      const { points, chosen } = await curveIn(bench);
      expect((await readdir(bench.path('out', 'plans'))).length).toBe(points.length);
      for (const [i, point] of points.entries()) {
        const { totals } = await inspect(
          await readCheckpoint(bench.path('out', 'plans', `plan-${String(i + 1).padStart(2, '0')}`, 'model.json')),
        );
        expect([totals.params, totals.nonzero]).toEqual([point.params, point.nonzero]);
        if (i === chosen) expect(totals.nonzero).toBe(result.after.nonzero);
      }
      // The origin that is written differs, and so do the bytes.
      expect(result.after).toMatchObject({ params: plain.after.params, nonzero: plain.after.nonzero });
    },
  );

  it('finds the bits of each layer for a size of the weights, and each plan is a step', async () => {
    const bench = await Bench.make();
    const start = await readCheckpoint(bench.path('net', 'model.json'));
    const size = [...start.tensors.values()].reduce((sum, { data }) => sum + 4 * data.length, 0);
    const bytes = Math.round(0.3 * size);
    const result = await bench.run(recipe({ bytes }, { by: 'quantize', writePlans: true }));
    const curve = await curveIn(bench);
    const chosen = curve.points[curve.chosen]!;
    expect(chosen.weightBytes).toBeLessThanOrEqual(bytes);
    expect(chosen.weightBytes).toBeGreaterThan(size / 16);
    expect(result.steps[0]).toMatchObject({ step: 'target', applied: { step: 'quantize' } });
    await bench.run({ checkpoint: 'net', data: 'shapes', steps: [chosen.step] }, { out: 'again' });
    const weights = async (out: string) =>
      Object.entries(await bench.hashes(out)).filter(([name]) => /^[^/]*\.bin$/.test(name));
    expect(await weights('again')).toEqual(await weights('out'));
    expect((await readdir(bench.path('out', 'plans'))).length).toBe(curve.points.length);
    await expect(bench.run(recipe({ macs: 100 }, { by: 'quantize' }), { out: 'no' })).rejects.toThrow(
      'Quantization leaves all parameters and multiply-accumulates: give a metric or bytes as the goal',
    );
    await expect(bench.run(recipe({ bytes: 1 }, { by: 'quantize' }), { out: 'no' })).rejects.toThrow(
      /^The target of at most 1 bytes of weights cannot be met: the best plan found has [\d,]+ bytes of weights/,
    );
  });

  it.each(['greedy', 'dynamic'] as const)('is the same each time, searched %s', async (search) => {
    const bench = await Bench.make();
    await bench.run(recipe({ params: 100 }, { search }), { out: 'one' });
    await bench.run(recipe({ params: 100 }, { search }), { out: 'two' });
    expect(await bench.hashes('two')).toEqual(await bench.hashes('one'));
    expect((await curveIn(bench, 'one')).points.some(({ nonzero }) => nonzero <= 100)).toBe(true);
  });

  it('of parameters or MACs is met by a smaller model where channels are removed', async () => {
    const bench = await Bench.make();
    const params = await bench.run(recipe({ params: 150 }, { by: 'remove' }), { out: 'params' });
    expect(params.after.params).toBeLessThanOrEqual(150);
    const macs = await bench.run(recipe({ macs: 500 }, { by: 'remove' }), { out: 'macs' });
    expect(macs.after.macs).toBeLessThanOrEqual(500);
    expect(macs.before!.macs).toBeGreaterThan(500);
  });

  it('of an accuracy takes the smallest plan that keeps it', async () => {
    const bench = await Bench.make();
    await bench.run(recipe({ accuracy: 0.2 }));
    const { points, chosen } = await curveIn(bench);
    expect(points[chosen]!.accuracy).toBeGreaterThanOrEqual(0.2);
    for (const { accuracy } of points.slice(chosen + 1)) expect(accuracy).toBeLessThan(0.2);
  });

  it('of another metric takes the smallest plan that keeps it', async () => {
    const bench = await Bench.make();
    await bench.run(recipe({ metric: 'loss<=1.2' }));
    const { points, chosen } = await curveIn(bench);
    const losses = points.map(({ metrics }) => metrics.find(({ name }) => name === 'loss')!.value);
    expect(losses[chosen]).toBeLessThanOrEqual(1.2);
    for (const loss of losses.slice(chosen + 1)) expect(loss).toBeGreaterThan(1.2);
  });

  it('of a metric that is not measured is refused with those that are', async () => {
    const bench = await Bench.make();
    await expect(bench.run(recipe({ metric: 'psnr>=30' }))).rejects.toThrow(
      'The target names PSNR, which is not measured for this model and data: choose one of accuracy, macro-f1, loss.',
    );
    await expect(stat(bench.path('out'))).rejects.toThrow('ENOENT');
  });

  it.each([
    [
      { bytes: 100 },
      /^The target of at most 100 gzipped bytes cannot be met: the best plan found has [\d,]+ gzipped bytes at a validation accuracy of [\d.]+\.$/,
    ],
    [{ accuracy: 1 }, /^The target of a validation accuracy of 1 or more cannot be met: the best plan /],
  ])('of %j that cannot be met says the best that was found, and leaves nothing', async (goal, words) => {
    const bench = await Bench.make();
    const failure: unknown = await bench.run(recipe(goal)).catch((error: unknown) => error);
    assert(failure instanceof UserError);
    expect(failure.message).toMatch(words);
    expect(englishIn(inChinese(failure.message))).toEqual([]);
    await expect(stat(bench.path('out'))).rejects.toThrow('ENOENT');
  });

  it.each([
    [{ score: 'fpgm' }, 'The score fpgm is not a score of weights'],
    [{ score: 'lamp', by: 'remove' }, 'The score lamp is not a score of channels'],
    [{ granularity: '2:4' }, 'The granularity 2:4 sets the sparsity itself'],
    [{ granularity: 'filter', by: 'remove' }, 'Channels are removed as a whole'],
    [{ protect: ['none*'] }, '"none*" in "protect" names no layer'],
    [{ protect: ['conv', 'out'] }, 'there is nothing to scan'],
  ])('with options that do not fit is refused: %j', async (options, words) => {
    const bench = await Bench.make();
    await expect(bench.run(recipe({ params: 100 }, options))).rejects.toThrow(words);
    await expect(stat(bench.path('out'))).rejects.toThrow('ENOENT');
  });

  it('leaves nothing when it is cancelled while it searches', async () => {
    const bench = await Bench.make();
    const cancelled = bench.run(recipe({ params: 100 }), {
      watch: (event, cancel) => event.kind === 'progress' && cancel(),
    });
    await expect(cancelled).rejects.toThrow('Cancelled');
    await expect(stat(bench.path('out'))).rejects.toThrow('ENOENT');
  });
});
