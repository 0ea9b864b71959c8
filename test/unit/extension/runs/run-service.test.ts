import 'vscode-jsonrpc/node';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineProcess } from '../../../../src/child/engine-process';
import { ActiveRuns } from '../../../../src/extension/runs/active-runs';
import { InterruptedError, type RunJob } from '../../../../src/extension/runs/run-job';
import { RunService } from '../../../../src/extension/runs/run-service';
import { CancelledError, UserError } from '../../../../src/protocol/errors';
import { Recipe } from '../../../../src/protocol/recipe';
import type { RunEvent } from '../../../../src/protocol/run';
import { failureOf, fakeEngine, isAlive, testLog } from '../../child/fake-engine';
import { memory } from './memory';
import { eventually } from '../../eventually';

const recipe = Recipe.parse({ recipeVersion: 1, checkpoint: 'model.json', steps: [{ step: 'prune' }] });

function service() {
  const made: EngineProcess[] = [];
  const discarded: string[] = [];
  const active = new ActiveRuns(memory());
  const runs = new RunService(
    () => {
      const engine = fakeEngine();
      made.push(engine);
      return engine;
    },
    active,
    testLog(),
    (folder, made) => {
      discarded.push(folder, made);
      return Promise.resolve();
    },
  );
  onTestFinished(() => runs.dispose());
  const start = (out: string, resume = false): RunJob =>
    runs.start({ title: 'Prune it', recipe, baseFolder: '/ws', out, resume });
  return { runs, active, made, start, discarded };
}

test('a run has its own engine, gives its result, and leaves neither process nor entry behind', async () => {
  const { runs, active, made, start } = service();
  const job = start('/ws/done', true);
  expect(runs.running).toEqual([job]);
  const events: RunEvent[] = [];
  const result = await job.follow((event) => events.push(event));
  expect(result.out).toBe('/ws/done/model.json');
  expect(events.map(({ kind }) => kind)).toEqual(['step', 'message']);
  expect(events[1]).toMatchObject({ text: 'resume: true, environment: 1' });
  await made[0]!.ended;
  expect(isAlive(made[0]!.pid!)).toBe(false);
  expect(active.list()).toEqual([]);
  expect(runs.running).toEqual([]);
});

test('a run that is going on is in the list of runs to resume', async () => {
  const { active, start } = service();
  const job = start('/ws/waits');
  await eventually(() => expect(active.list()).toHaveLength(1));
  expect(active.list()[0]).toEqual({ id: job.id, title: 'Prune it', recipe, baseFolder: '/ws', out: '/ws/waits' });
});

test('the end of the window keeps it in the list', async () => {
  const { runs, active, made, start } = service();
  const job = start('/ws/waits');
  await made[0]!.ready;
  await runs.dispose();
  expect((await job.finished).kind).toBe('failed');
  expect(active.list()).toHaveLength(1);
  expect(isAlive(made[0]!.pid!)).toBe(false);
});

test('a cancelled run is reported as cancelled and forgotten', async () => {
  const { active, start } = service();
  const job = start('/ws/waits');
  const heard = new Promise<void>((resolve) => job.events.add(() => resolve()));
  await heard;
  job.cancel();
  expect(await failureOf(job.follow(() => undefined))).toBeInstanceOf(CancelledError);
  expect(job.outcome).toEqual({ kind: 'cancelled' });
  expect(active.list()).toEqual([]);
});

test('a failure has the sentence of the engine, and nothing can be resumed', async () => {
  const { active, start } = service();
  const failure = await failureOf(start('/ws/fail').follow(() => undefined));
  expect(failure).toBeInstanceOf(UserError);
  expect(failure).not.toBeInstanceOf(InterruptedError);
  expect(failure.message).toBe('The disk is full.');
  expect(active.list()).toEqual([]);
});

test('the death of its engine interrupts it: it can be resumed, and others continue', async () => {
  const { runs, active, start } = service();
  const other = start('/ws/waits');
  const failure = await failureOf(start('/ws/die').follow(() => undefined));
  expect(failure).toBeInstanceOf(InterruptedError);
  expect(failure.message).toContain('SIGKILL');
  expect(active.list().map(({ out }) => out)).toContain('/ws/die');
  expect(runs.running).toEqual([other]);
});

test('a late listener gets all earlier events', async () => {
  const { start } = service();
  const job = start('/ws/waits');
  await new Promise<void>((resolve) => {
    job.events.add((event) => {
      if (event.kind === 'message') resolve();
    });
  });
  const events: RunEvent[] = [];
  void failureOf(job.follow((event) => events.push(event)));
  expect(events.map(({ kind }) => kind)).toEqual(['step', 'message']);
});

test('a run that ignores a cancel is killed within 2 s, cancelled, and its new folder cleaned', async () => {
  const { active, made, start, discarded } = service();
  const job = start('/ws/compute');
  const followed = failureOf(job.follow(() => undefined));
  await eventually(() => expect(active.list()).toHaveLength(1));
  await made[0]!.ready;
  await new Promise((resolve) => setTimeout(resolve, 100));
  const begun = performance.now();
  job.cancel();
  expect(await followed).toBeInstanceOf(CancelledError);
  expect(performance.now() - begun).toBeLessThan(4000);
  await eventually(() => expect(discarded).toEqual(['/ws/compute', '/ws']));
  expect(isAlive(made[0]!.pid!)).toBe(false);
  expect(active.list()).toEqual([]);
});
