import 'vscode-jsonrpc/node';
import { expect, onTestFinished, test } from 'vitest';
import type { EngineProcess } from '../../../../src/child/engine-process';
import { SharedEngine } from '../../../../src/extension/child/shared-engine';
import { CancelledError, UserError } from '../../../../src/protocol/errors';
import { failureOf, fakeEngine, isAlive, testLog } from '../../child/fake-engine';
import { eventually } from '../../eventually';

function shared(mode: () => string = () => 'sound') {
  const made: EngineProcess[] = [];
  const engine = new SharedEngine(() => {
    const process = fakeEngine(mode());
    made.push(process);
    return process;
  }, testLog());
  onTestFinished(() => engine.dispose());
  const crashes: string[] = [];
  engine.crashed.add((reason) => crashes.push(reason));
  return { engine, made, crashes };
}

const release = { model: '/m.json' };

test('starts with the first question, once for many questions', async () => {
  const { engine, made } = shared();
  expect(engine.pid).toBeUndefined();
  expect(engine.state.phase).toBe('stopped');
  await Promise.all([engine.call('release', release), engine.call('release', release)]);
  expect(made).toHaveLength(1);
  expect(engine.state.phase).toBe('up');
});

test('after a crash reports it, starts another engine, and answers', async () => {
  const { engine, made, crashes } = shared();
  const failure = await failureOf(engine.call('dataset', { data: 'die' }));
  expect(failure).toBeInstanceOf(UserError);
  await eventually(() => expect(engine.state.phase).toBe('up'));
  expect(crashes).toEqual([failure.message]);
  expect(await engine.call('release', release)).toBeNull();
  expect(made).toHaveLength(2);
});

test('after three crashes in a minute it starts only on a question', async () => {
  const { engine, made, crashes } = shared();
  for (let crash = 1; crash <= 3; crash++) {
    await failureOf(engine.call('dataset', { data: 'die' }));
    await eventually(() => expect(crashes).toHaveLength(crash));
  }
  expect(engine.state.phase).toBe('failed');
  expect(engine.pid).toBeUndefined();
  expect(made).toHaveLength(3);
  expect(await engine.call('release', release)).toBeNull();
});

test('a restart is no crash: pending calls get an error, another process answers', async () => {
  const { engine, crashes } = shared();
  await engine.call('release', release);
  const before = engine.pid;
  const waiting = failureOf(engine.call('dataset', { data: 'wait' }));
  // The question must be sent before the restart.
  await engine.call('release', release);
  const { pid } = await engine.restart();
  expect((await waiting).message).toBe('The engine was restarted: ask again.');
  expect(pid).not.toBe(before);
  expect(crashes).toEqual([]);
});

test('an error of initialization reaches the caller and leaves no process behind', async () => {
  let mode = 'refuse';
  const { engine, made, crashes } = shared(() => mode);
  expect((await failureOf(engine.call('release', release))).message).toBe('The native library does not load here.');
  await made[0]!.ended;
  expect(engine.state).toMatchObject({ phase: 'failed', message: 'The native library does not load here.' });
  expect(crashes).toEqual([]);
  mode = 'sound';
  expect(await engine.call('release', release)).toBeNull();
});

test('a failed launch fails the question, not the program', async () => {
  const engine = new SharedEngine(() => {
    throw new UserError('The setting is wrong.');
  }, testLog());
  engine.warm();
  expect((await failureOf(engine.call('release', release))).message).toBe('The setting is wrong.');
  expect(engine.state).toEqual({ phase: 'failed', message: 'The setting is wrong.' });
});

test('after the window closes it stops and stays stopped', async () => {
  const { engine } = shared();
  await engine.call('release', release);
  const pid = engine.pid!;
  await engine.dispose();
  expect(isAlive(pid)).toBe(false);
  expect((await failureOf(engine.call('release', release))).message).toBe('The window is closing.');
});

test('an engine that ignores a cancel is killed within 2 s; its other questions go to another engine', async () => {
  const { engine, made, crashes } = shared();
  await engine.call('release', release);
  const pid = engine.pid!;
  const abort = new AbortController();
  const computing = failureOf(engine.call('dataset', { data: 'compute' }, { signal: abort.signal }));
  const other = engine.call('release', release);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const begun = performance.now();
  abort.abort();
  expect(await computing).toBeInstanceOf(CancelledError);
  expect(performance.now() - begun).toBeLessThan(4000);
  expect(await other).toBeNull();
  await made[0]!.ended;
  expect(isAlive(pid)).toBe(false);
  expect(crashes).toEqual([]);
  expect(made).toHaveLength(2);
  expect(engine.state.phase).toBe('up');
});
