import { expect, test } from 'vitest';
import { PanelRun } from '../../../../src/extension/panel/panel-run';
import { RunJob } from '../../../../src/extension/runs/run-job';
import { CancelledError } from '../../../../src/protocol/errors';
import type { RecipeJob } from '../../../../src/protocol/panel';
import { Recipe } from '../../../../src/protocol/recipe';
import { PruneStep } from '../../../../src/protocol/steps/prune';
import type { RunEvent, RunResult } from '../../../../src/protocol/run';
import { failureOf } from '../../child/fake-engine';

const prune = PruneStep.parse({ step: 'prune' });
const asked: RecipeJob = { steps: [prune], seed: 0, folder: 'x' };
const recipe = Recipe.parse({ recipeVersion: 1, steps: [prune] });
const step: RunEvent = { kind: 'step', index: 0, steps: 1, step: 'prune' };

/** A run that the test ends. */
function controlled() {
  let finish: (result: RunResult) => void = () => undefined;
  const job = new RunJob('1', { title: 't', recipe, baseFolder: '', out: '', resume: false }, (signal, report) => {
    report(step);
    return new Promise((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(new CancelledError()));
    });
  });
  const run = new PanelRun();
  run.set(asked, job);
  return { run, job, finish: () => finish({} as RunResult) };
}

function page() {
  const abort = new AbortController();
  const events: RunEvent[] = [];
  let gone = false;
  return {
    context: { signal: abort.signal, report: (event: RunEvent) => void events.push(event) },
    isGone: () => gone,
    events,
    cancel: () => abort.abort(),
    leave: () => {
      gone = true;
      abort.abort();
    },
  };
}

test('a page that cancels ends the run', async () => {
  const { run, job } = controlled();
  const first = page();
  const followed = failureOf(run.follow(first.context, first.isGone));
  first.cancel();
  expect(await followed).toBeInstanceOf(CancelledError);
  expect(job.outcome).toEqual({ kind: 'cancelled' });
  expect(run.asked).toBeUndefined();
});

test('a page that goes away leaves the run going; the next page gets all events and the end', async () => {
  const { run, job, finish } = controlled();
  const first = page();
  void run.follow(first.context, first.isGone);
  first.leave();
  expect(job.outcome).toBeUndefined();
  expect(run.asked).toBe(asked);
  expect(() => run.refuseSecond()).toThrow(/is writing a checkpoint/);
  const second = page();
  const followed = run.follow(second.context, second.isGone);
  expect(second.events).toEqual([step]);
  finish();
  expect(await followed).toEqual({});
  expect(run.asked).toBeUndefined();
  expect(() => run.refuseSecond()).not.toThrow();
});

test('an end that no page has seen waits for the next page', async () => {
  const { run, job, finish } = controlled();
  const first = page();
  const followed = run.follow(first.context, first.isGone);
  first.leave();
  finish();
  await job.finished;
  await followed;
  expect(run.asked).toBe(asked);
  expect(run.running).toBeUndefined();
  const second = page();
  expect(await run.follow(second.context, second.isGone)).toEqual({});
  expect(run.asked).toBeUndefined();
});

test('without a run there is nothing to follow', async () => {
  const only = page();
  expect((await failureOf(new PanelRun().follow(only.context, only.isGone))).message).toMatch(/No run/);
});
