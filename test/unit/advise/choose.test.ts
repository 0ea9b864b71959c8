import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/engine/advise/candidate';
import { chooseRecipes, front, type Choosing } from '../../../src/engine/advise/choose';
import { estimated, worse } from '../../../src/engine/advise/estimate';
import { ruleOf } from '../../../src/engine/advise/goal';
import { shortened } from '../../../src/engine/advise/brief';
import { Limit, limitIn, MOST_RECIPES } from '../../../src/protocol/advice';
import { measured, METRICS, MetricName } from '../../../src/protocol/metric';
import { RecipeStep } from '../../../src/protocol/steps';

const candidate = (
  title: string,
  {
    bytes,
    macs,
    ratio,
    before,
    after,
    seconds = 60,
  }: Record<'bytes' | 'macs' | 'ratio' | 'before' | 'after', number> & { seconds?: number },
): Candidate => ({
  ...{ family: title, strength: 1, title, does: title, steps: [RecipeStep.parse({ step: 'pack' })] },
  packedBytes: { value: bytes, measured: true },
  ...{ params: macs, macs, seconds },
  latency: { milliseconds: ratio, ratio, noise: 0 },
  before: [measured('accuracy', before)],
  after: { metric: measured('accuracy', after), from: 'estimated' },
});

const now = {
  ...{ packedBytes: 1000, params: 100, macs: 100 },
  latency: { median: 1, lowerQuartile: 1, upperQuartile: 1, min: 1, runs: 9 },
  metrics: [measured('accuracy', 0.9)] as [ReturnType<typeof measured>],
};
const metric = { now: now.metrics[0], trivial: 0.1, budget: measured('accuracy', 0.892) };

const small = candidate('small', { bytes: 100, macs: 100, ratio: 1, before: 0.6, after: 0.89 });
const fast = candidate('fast', { bytes: 400, macs: 30, ratio: 0.4, before: 0.7, after: 0.895 });
const plain = candidate('plain', { bytes: 300, macs: 100, ratio: 1, before: 0.9, after: 0.9, seconds: 0 });
const beaten = candidate('beaten', { bytes: 450, macs: 40, ratio: 0.5, before: 0.65, after: 0.89 });

const figures = fc.record({
  bytes: fc.integer({ min: 10, max: 1000 }),
  macs: fc.integer({ min: 1, max: 100 }),
  ratio: fc.double({ min: 0.05, max: 1, noNaN: true }),
  before: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  after: fc.double({ min: 0.1, max: 0.9, noNaN: true }),
  seconds: fc.constantFrom(0, 60),
});

describe('the recipes of an advice', () => {
  it('are those that no other beats, each the best at something', () => {
    const choosing: Choosing = { rule: undefined, now, metric };
    const chosen = chooseRecipes([beaten, small, fast, plain], choosing);
    expect(chosen.map(({ title }) => title)).not.toContain('beaten');
    expect(chosen.find(({ title }) => title === 'plain')?.best).toContain('nothing to train');
    expect(chosen.find(({ title }) => title === 'fast')?.best).toContain('least time without a loss that counts');
    expect(chosen.find(({ title }) => title === 'small')?.best).toContain('smallest file');
  });

  it('begin with the one that meets the goal with the least loss, or else with the nearest', () => {
    const half = ruleOf({ latency: '50%' }, now, undefined);
    expect(chooseRecipes([small, plain, fast], { rule: half, now, metric })[0]).toMatchObject({ title: 'fast' });
    const tiny = ruleOf({ bytes: 5 }, now, undefined);
    const [nearest] = chooseRecipes([plain, small, fast], { rule: tiny, now, metric });
    expect(nearest?.title).toBe('small');
    expect(nearest?.best).toContain('nearest to the goal');
  });

  it('are at most five, differ, and are all on the front, whatever their figures', () => {
    fc.assert(
      fc.property(
        fc.array(figures, { minLength: 1, maxLength: 30 }),
        fc.constantFrom<(number | string)[]>([], ['40%'], [3]),
        (all, [limit]) => {
          const candidates = all.map((one, i) => candidate(`${i}`, one));
          const rule = limit === undefined ? undefined : ruleOf({ bytes: Limit.parse(limit) }, now, undefined);
          const choosing = { rule, now, metric };
          const chosen = chooseRecipes(candidates, choosing);
          expect(chosen.length > 0).toBe(candidates.some(({ packedBytes, macs, latency }) => packedBytes.value < 1000 || macs! < 100 || latency!.ratio < 0.97)); // prettier-ignore
          expect(chosen.length).toBeLessThanOrEqual(MOST_RECIPES);
          expect(new Set(chosen.map(({ title }) => title)).size).toBe(chosen.length);
          // None of them is beaten by another of them.
          expect(front(chosen, choosing).length).toBe(chosen.length);
          if (rule && chosen.some((one) => rule.meets(one))) expect(rule.meets(chosen[0]!)).toBe(true);
        },
      ),
    );
  });
});

describe('the estimate after training', () => {
  it('is never better than the model as it is or worse than before training, for metrics of either side', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...MetricName.options),
        fc.double({ min: 0.2, max: 0.9, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (name, lost, share) => {
          const as = measured(name, METRICS[name].better === 'higher' ? 0.9 : 0.1);
          const trivial = worse(as, 0.8);
          const before = measured(name, worse(as, lost * share * 0.8));
          const { metric: after, worst } = estimated(as, before, trivial);
          const sign = METRICS[name].better === 'higher' ? 1 : -1;
          expect(sign * (as.value - after.value)).toBeGreaterThanOrEqual(-1e-12);
          expect(sign * (after.value - before.value)).toBeGreaterThanOrEqual(-0.02);
          expect(sign * (after.value - worst.value)).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('comes to the losses that were measured on Fashion-MNIST, within half a point', () => {
    const dense = measured('accuracy', 0.9154);
    for (const [before, after] of [
      [0.5395, 0.9171],
      [0.2536, 0.9114],
      [0.1631, 0.9037],
    ] as const)
      expect(Math.abs(estimated(dense, measured('accuracy', before), 0.1).metric.value - after)).toBeLessThan(0.005);
  });
});

describe('a goal', () => {
  it('is a number or a share of what the model has now', () => {
    expect(limitIn('50%', 300)).toBe(150);
    expect(limitIn(20, 300)).toBe(20);
    for (const wrong of ['half', '-5%', '%', 0, -1]) expect(Limit.safeParse(wrong).success).toBe(false);
    expect(ruleOf({ macs: '25%' }, now, undefined)).toMatchObject({
      limit: 25,
      words: 'at most 25 multiply-accumulates',
    });
  });

  it('that is not measured is refused in one sentence', () => {
    expect(() => ruleOf({ metric: 'accuracy>=0.9' }, { ...now, metrics: null }, 'no dataset chosen')).toThrow(
      /no dataset chosen/,
    );
    expect(() => ruleOf({ metric: 'rmse<=0.1' }, now, undefined)).toThrow(/give a bound on that/);
    expect(() => ruleOf({ macs: 5 }, { ...now, macs: null }, undefined)).toThrow(/cannot be counted/);
    expect(() => ruleOf({ latency: 5 }, { ...now, latency: null, noLatency: 'It cannot run.' }, undefined)).toThrow(
      /It cannot run/,
    );
  });
});

describe('a brief run', () => {
  it('has the same steps, with at most two epochs each', () => {
    const steps = [
      { step: 'remove', amount: { macs: 0.5 } },
      { step: 'finetune', epochs: 7, warmup: 3, gradual: { sparsity: 0.9, to: 4 } },
      { step: 'finetune', epochs: 1 },
      { step: 'pack' },
    ].map((step) => RecipeStep.parse(step));
    const brief = shortened(steps);
    expect(brief.map(({ step }) => step)).toEqual(steps.map(({ step }) => step));
    expect(brief[1]).toMatchObject({ epochs: 2, warmup: 1, gradual: { sparsity: 0.9, from: 0, to: 1 } });
    expect(brief.filter((_, i) => i !== 1)).toEqual(steps.filter((_, i) => i !== 1));
    const student = RecipeStep.parse({ step: 'distill', width: 0.5, epochs: 15, warmup: 3 });
    expect(shortened([student])).toEqual([{ ...student, epochs: 2, warmup: 1 }]);
  });
});
