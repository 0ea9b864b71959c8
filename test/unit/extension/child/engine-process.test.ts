import 'vscode-jsonrpc/node';
import { expect, test } from 'vitest';
import { UserError } from '../../../../src/protocol/errors';
import { failureOf, fakeEngine, isAlive, testLog } from './fake-engine';
import { eventually } from '../../eventually';

test('comes up, and what it writes to its streams is in the log', async () => {
  const log = testLog();
  const engine = fakeEngine('sound', log);
  const info = await engine.ready;
  expect(info.backend.name).toBe('fake');
  expect(info.pid).toBe(engine.pid);
  await eventually(() => expect(log.lines).toContain(`[engine ${info.pid}] fake engine in mode sound`));
});

test('killed, it rejects all that waits with a sentence that names the signal', async () => {
  const engine = fakeEngine();
  await engine.ready;
  const waiting = failureOf(engine.call('dataset', { data: 'wait' }));
  const failure = await failureOf(engine.call('dataset', { data: 'die' }));
  for (const error of [failure, await waiting]) {
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toMatch(/^The engine stopped \(signal SIGKILL: .+\)\.$/);
  }
  expect(await engine.ended).toBe(failure.message);
  expect(engine.isStopping).toBe(false);
});

test('ending by itself, it is told with its exit code', async () => {
  const engine = fakeEngine();
  expect((await failureOf(engine.call('dataset', { data: 'exit' }))).message).toBe('The engine stopped (exit code 7).');
});

test('told to stop, it rejects what waits with that reason and is gone', async () => {
  const engine = fakeEngine();
  const { pid } = await engine.ready;
  const waiting = failureOf(engine.call('dataset', { data: 'wait' }));
  await engine.stop('The window is closing.');
  expect((await waiting).message).toBe('The window is closing.');
  expect(isAlive(pid)).toBe(false);
});

test('deaf to the end of its pipe, it is killed', async () => {
  const engine = fakeEngine('mute-on-disconnect');
  const { pid } = await engine.ready;
  await engine.stop('enough');
  expect(isAlive(pid)).toBe(false);
});

test('a node that is no program is refused with the name of the setting', () => {
  for (const nodePath of [__filename, '/nowhere/node', 'node', import.meta.dirname])
    expect(() => fakeEngine('sound', testLog(), nodePath)).toThrow(/secateur\.engine\.nodePath/);
});

test('what it says to being initialised is told to whoever waits', async () => {
  const engine = fakeEngine('refuse');
  expect((await failureOf(engine.ready)).message).toBe('The native library does not load here.');
});
