import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunStatus } from '../../../src/protocol/run-status';
import { measured } from '../../../src/protocol/metric';
import { Recipe } from '../../../src/protocol/recipe';
import type { RunEvent } from '../../../src/protocol/run';

const recipe = Recipe.parse({ recipeVersion: 1, steps: [{ step: 'prune' }, { step: 'finetune', epochs: 4 }] });
const progress = { stage: 's', done: 0, total: 100, unit: 'images', rate: 50, secondsLeft: 2 };
const step = (index: number): RunEvent => ({ kind: 'step', index, steps: 2, step: 'any' });
const plain = (done: number): RunEvent => ({ kind: 'progress', progress: { ...progress, done } });
const training = (epoch: number): RunEvent => ({
  kind: 'progress',
  progress,
  training: { loss: 1, metric: measured('accuracy', 0.5), epoch },
});

function heard(...events: [number, RunEvent][]): RunStatus {
  let time = 0;
  const status = new RunStatus(recipe, () => time);
  for (const [at, event] of events) {
    time = at;
    status.hear(event);
  }
  return status;
}

test('a step without epochs follows its progress, and weighs little beside epochs', () => {
  const status = heard([0, step(0)], [0, plain(50)]);
  expect(status.share).toBeCloseTo(0.05 / 4.1, 12);
  // The duration of the epochs after it is unknown.
  expect(status.clock).toEqual({ share: status.share });
});

test('the last step without epochs has its own time left', () => {
  const status = new RunStatus({ steps: recipe.steps.slice(0, 1) });
  status.hear(step(0));
  status.hear(plain(50));
  expect(status.clock).toEqual({ share: 0.5, secondsLeft: 2 });
});

test('the time left includes later steps by their epochs', () => {
  const rounds = Recipe.parse({
    recipeVersion: 1,
    steps: [{ step: 'finetune', epochs: 2 }, { step: 'prune' }, { step: 'finetune', epochs: 2 }],
  });
  let time = 0;
  const status = new RunStatus(rounds, () => time);
  for (const [at, event] of [
    [0, step(0)],
    [0, training(0)],
    [10_000, training(1)],
  ] as const) {
    time = at;
    status.hear(event);
  }
  expect(status.secondsLeft).toBeCloseTo(10 * (1 + 0.1 + 2), 9);
  expect(status.share).toBeCloseTo(1 / 4.1, 12);
});

test('a training follows its epochs, and its time left includes all of them', () => {
  const status = heard([0, step(1)], [1000, training(0)], [11_000, training(1)]);
  expect(status.share).toBeCloseTo(1.1 / 4.1, 12);
  expect(status.progress?.secondsLeft).toBe(30);
});

test('the evaluation between two epochs neither moves the bar nor shortens the time', () => {
  const status = heard([0, step(1)], [0, training(0)], [8000, training(1)], [10_000, plain(99)]);
  expect(status.share).toBeCloseTo(1.1 / 4.1, 12);
  expect(status.progress?.secondsLeft).toBe(30);
});

test('a resumed training counts its time from the resume', () => {
  const status = heard([0, step(1)], [0, training(2)], [10_000, training(3)]);
  expect(status.progress?.secondsLeft).toBe(10);
});

test('the time left is unknown at the start', () => {
  expect(heard([0, step(1)], [0, training(0)]).progress?.secondsLeft).toBe(Number.POSITIVE_INFINITY);
  expect(heard([0, step(1)]).progress).toBeUndefined();
});

test('during a run the share never falls and stays within 0 and 1', () => {
  const part = fc.oneof(
    fc.integer({ min: 0, max: 120 }).map(plain),
    fc.double({ min: 0, max: 5, noNaN: true }).map(training),
  );
  fc.assert(
    fc.property(fc.array(part), fc.array(part), (first, second) => {
      const status = new RunStatus(recipe, () => 0);
      let before = 0;
      for (const event of [step(0), ...first, step(1), ...second]) {
        status.hear(event);
        expect(status.share).toBeGreaterThanOrEqual(before);
        expect(status.share).toBeLessThanOrEqual(1);
        before = status.share;
      }
    }),
  );
});

test('one clock counts all trainings of a distillation', () => {
  const step = { step: 'distill', width: 0.5, epochs: 4, seeds: 2 };
  const status = new RunStatus(Recipe.parse({ recipeVersion: 1, steps: [step] }), () => time);
  let time = 0;
  const at = (index: number, epoch: number): RunEvent => ({
    kind: 'progress',
    progress,
    training: { loss: 1, metric: measured('accuracy', 0.5), epoch, student: { index, of: 4, taught: true, seed: 0 } },
  });
  status.hear({ kind: 'step', index: 0, steps: 1, step: 'distill' });
  status.hear(at(0, 0));
  time = 30_000;
  status.hear(at(1, 2));
  expect(status.clock).toEqual({ share: 6 / 16, secondsLeft: 50 });
});
