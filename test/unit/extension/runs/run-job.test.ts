import { expect, test } from 'vitest';
import { RunJob } from '../../../../src/extension/runs/run-job';
import { measured } from '../../../../src/protocol/metric';
import { Recipe } from '../../../../src/protocol/recipe';
import type { RunEvent, RunResult } from '../../../../src/protocol/run';

const recipe = Recipe.parse({ recipeVersion: 1, steps: [{ step: 'evaluate' }] });
const request = { title: 't', recipe, baseFolder: '', out: '', resume: false };
const progress = { stage: 's', done: 0, total: 1, unit: 'images', rate: 1, secondsLeft: 1 };
const training = (epoch: number): RunEvent => ({
  kind: 'progress',
  progress,
  training: { loss: 1, metric: measured('accuracy', 0.5), epoch },
});

function told(events: RunEvent[]): RunEvent[] {
  const job = new RunJob('1', request, (_, report) => {
    events.forEach(report);
    return new Promise<RunResult>(() => undefined);
  });
  const heard: RunEvent[] = [];
  void job.follow((event) => heard.push(event));
  return heard;
}

test('a late listener gets the curve of a long training in order, thinned out, with its start and end', () => {
  const step: RunEvent = { kind: 'step', index: 0, steps: 1, step: 'train' };
  const points = Array.from({ length: 5000 }, (_, index) => training(index));
  const heard = told([step, ...points]);
  expect(heard[0]).toBe(step);
  expect(heard.length).toBeLessThan(410);
  expect(heard.length).toBeGreaterThan(150);
  const epochs = heard.flatMap((event) => (event.kind === 'progress' && event.training ? [event.training.epoch] : []));
  expect(epochs[0]).toBe(0);
  expect(epochs.at(-1)).toBe(4999);
  expect(epochs).toEqual([...epochs].sort((a, b) => a - b));
});

test('of progress without training only the last is kept, with the clock of the engine', () => {
  const clock = (done: number) => ({ share: done, secondsLeft: 2 - done });
  const plain = (done: number): RunEvent => ({ kind: 'progress', progress: { ...progress, done }, clock: clock(done) });
  expect(told([plain(0), plain(0.5), plain(1)])).toEqual([{ ...plain(1), clock: { share: 1, secondsLeft: 1 } }]);
});
