import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WorkClock } from '../../../src/engine/recipe/clock';
import type { WorkSizes } from '../../../src/engine/recipe/work-sizes';
import { epochRecord } from '../../../src/protocol/epoch';
import { measured } from '../../../src/protocol/metric';
import { Recipe, type RecipeInput } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';
import { Bench } from './runs';

const sizes: WorkSizes = {
  train: 6000,
  validation: 1000,
  test: 1000,
  reported: 1000,
  macs: 5e6,
  params: 0,
  kernels: 3,
};
const metric = measured('accuracy', 0.5);
const step = (index: number): RunEvent => ({ kind: 'step', index, steps: 9, step: 'any' });
const progress = { stage: 's', done: 1, total: 2, unit: 'images', rate: 50, secondsLeft: 2 };
const result = (index: number): RunEvent => ({
  kind: 'result',
  index,
  result: { step: 'rewind', to: 0, kept: 1, zeros: 0 },
});
const training = (epoch: number): RunEvent => ({ kind: 'progress', progress, training: { loss: 1, metric, epoch } });
const epoch = (number: number, seconds: number): RunEvent => ({
  kind: 'epoch',
  step: 'finetune',
  epochs: 4,
  record: epochRecord({ epoch: number, loss: 1, training: [metric], validation: [metric], seconds }),
});

/** A clock whose time the test sets, in seconds, for a run that takes so long between events. */
function timed(steps: RecipeInput['steps']) {
  let time = 0;
  const clock = new WorkClock(Recipe.parse({ recipeVersion: 1, steps }).steps, () => time);
  const heard: RunEvent[] = [];
  const listener = clock.listening({ signal: new AbortController().signal, report: (event) => heard.push(event) });
  return {
    clock,
    heard,
    measured: (examples: number, seconds: number) => listener.measured?.(examples, seconds),
    at: (seconds: number, ...events: RunEvent[]) => {
      time = seconds;
      events.forEach((event) => listener.report(event));
      return clock.read();
    },
  };
}

describe('the clock of a run', () => {
  it('knows nothing before it knows the sizes, and no time left before it has measured', () => {
    const { clock, at } = timed([{ step: 'finetune', epochs: 4 }]);
    expect(at(3, { kind: 'progress', progress })).toEqual({ share: 0 });
    clock.size(sizes);
    const begun = at(4, step(0), training(0));
    expect(begun.share).toBeGreaterThan(0);
    expect(begun).not.toHaveProperty('secondsLeft');
  });

  it('counts all epochs of all steps, and the measurements between them', () => {
    const finetune = { step: 'finetune', epochs: 4 } as const;
    const { clock, at, measured } = timed([{ step: 'prune' }, finetune, { step: 'prune' }, finetune]);
    clock.size(sizes);
    at(0, step(0));
    measured(1000, 1);
    measured(1000, 1);
    at(3, result(0), step(1), training(0));
    // Half of an epoch took 6 seconds; validation and test take a second each.
    const half = at(9, training(0.5));
    const first = 12 + 2;
    const prune = 1 + 1;
    expect(half.secondsLeft).toBeCloseTo(4 * first - 6 + 1 + prune + 4 * first + 1 + 0.2, 6);
    expect(half.share).toBeCloseTo(9 / (9 + half.secondsLeft!), 9);
    // The checkpoint of an epoch takes a second to write, from the second epoch on it counts.
    at(17, epoch(1, 14));
    const later = at(32, epoch(2, 14));
    expect(later.secondsLeft).toBeCloseTo(6 * 14.5 + 1 + prune + 1 + 0.2, 6);
  });

  it('goes on counting while a step reports nothing', () => {
    const { clock, at } = timed([{ step: 'evaluate' }]);
    clock.size(sizes);
    at(0, step(0), { kind: 'progress', progress: { ...progress, secondsLeft: 10 } });
    const before = at(1);
    const after = at(6);
    expect(after.share).toBeGreaterThan(before.share);
    expect(before.secondsLeft! - after.secondsLeft!).toBeCloseTo(5, 9);
  });

  it('neither moves the share back nor shortens the time while a validation reports between two epochs', () => {
    const { clock, at, measured } = timed([{ step: 'finetune', epochs: 4 }]);
    clock.size(sizes);
    measured(1000, 1);
    at(0, step(0), training(0));
    const trained = at(8, training(1));
    // Validation and test take a second each after every epoch, and the best epoch is measured once more.
    expect(trained.secondsLeft).toBeCloseTo(2 + 3 * (8 + 2) + 1 + 0.2, 6);
    const validating = (left: number): RunEvent => ({ kind: 'progress', progress: { ...progress, secondsLeft: left } });
    for (const left of [0.5, 0, 100]) expect(at(8, validating(left))).toEqual(trained);
    const later = at(8.5, validating(0));
    expect(later.secondsLeft).toBeCloseTo(trained.secondsLeft! - 0.5, 9);
    expect(later.share).toBeGreaterThan(trained.share);
  });

  it('counts the work before a resume as done', () => {
    const { clock, at } = timed([{ step: 'finetune', epochs: 4 }]);
    clock.size(sizes);
    clock.resume(28);
    at(0, step(0), training(2.001));
    const { share, secondsLeft } = at(14, epoch(3, 14));
    // The best epoch is measured once more.
    expect(secondsLeft).toBeCloseTo(14 + 1000 * (2e-5 + 5e6 / 5e9) + 0.2, 6);
    expect(share).toBeCloseTo(42 / (42 + secondsLeft!), 9);
  });

  it('expects no epoch after the last one, and counts the measurement of the best one down', () => {
    const { clock, at, measured } = timed([{ step: 'finetune', epochs: 4 }]);
    clock.size(sizes);
    measured(1000, 3);
    at(0, step(0), training(0));
    for (const number of [1, 2, 3]) at(14 * number, epoch(number, 14));
    const ended = at(56, epoch(4, 14));
    expect(ended.secondsLeft).toBeCloseTo(3 + 0.2, 6);
    expect(at(58).secondsLeft).toBeCloseTo(1 + 0.2, 6);
    expect(at(70).secondsLeft).toBeCloseTo(0.2, 6);
  });

  it('takes the time of trainings that count themselves', () => {
    const { clock, at, measured } = timed([{ step: 'distill', width: 0.5, epochs: 4, seeds: 2 }]);
    clock.size(sizes);
    at(0, step(0));
    measured(1000, 1);
    const student = { index: 1, of: 4, taught: false, seed: 0 };
    const told = { loss: 1, metric, epoch: 2, student };
    const { secondsLeft } = at(5, { kind: 'progress', progress: { ...progress, secondsLeft: 50 }, training: told });
    expect(secondsLeft).toBeCloseTo(50 + 1 + 0.2, 9);
  });

  it('never goes back and stays within 0 and 1, whatever a run tells', () => {
    const part = fc.oneof(
      fc
        .record({ left: fc.double({ min: 0, max: 1e4, noNaN: true }), rate: fc.constantFrom(0, 50) })
        .map(({ left, rate }): RunEvent => ({ kind: 'progress', progress: { ...progress, rate, secondsLeft: left } })),
      fc.double({ min: 0, max: 5, noNaN: true }).map(training),
      fc.integer({ min: 1, max: 4 }).map((number) => epoch(number, number)),
      fc.integer({ min: 0, max: 2 }).map(step),
      fc.integer({ min: 0, max: 2 }).map(result),
    );
    const waits = fc.array(fc.tuple(part, fc.double({ min: 0, max: 100, noNaN: true })));
    fc.assert(
      fc.property(waits, fc.nat(20), (events, sized) => {
        const { clock, at } = timed([
          { step: 'prune' },
          { step: 'finetune', epochs: 4 },
          { step: 'target', goal: { accuracy: 0.9 } },
        ]);
        let [time, last] = [0, 0];
        for (const [i, [event, wait]] of events.entries()) {
          if (i === sized) clock.size(sizes);
          time += wait;
          const { share, secondsLeft = 0 } = at(time, event);
          expect(share).toBeGreaterThanOrEqual(last);
          expect(share).toBeLessThanOrEqual(1);
          expect(secondsLeft).toBeGreaterThanOrEqual(0);
          last = share;
        }
      }),
    );
  });
});

describe('a run that takes several steps', () => {
  it('has one clock in every event of progress, from its start to the end of the last one', async () => {
    const bench = await Bench.make();
    // Each look at the clock is a tenth of a second after the one before, however busy the machine is.
    let time = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => (time += 100));
    onTestFinished(() => clock.mockRestore());
    const events: RunEvent[] = [];
    const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
    const finetune = { step: 'finetune', epochs: 2, batchSize: 20 } as const;
    await bench.run(
      { checkpoint: 'net', data: 'shapes', steps: [prune, finetune, prune, finetune] },
      { watch: (event) => events.push(event) },
    );
    const clocks = events.flatMap((event) => (event.kind === 'progress' ? [event.clock] : []));
    const shares = clocks.map((clock) => clock?.share ?? Number.NaN);
    expect(shares.length).toBeGreaterThan(8);
    expect(shares.every((share, i) => share >= (shares[i - 1] ?? 0))).toBe(true);
    // No step begins again at 0, and at the end little is left.
    expect(shares.at(-1)).toBeGreaterThan(0.5);
    expect(clocks.at(-1)?.secondsLeft).toBeLessThan(2);
  });
});
