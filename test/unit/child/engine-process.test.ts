import 'vscode-jsonrpc/node';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { failureOf, fakeEngine, isAlive, testLog } from './fake-engine';
import { eventually } from '../eventually';

test('starts, and writes its output to the log', async () => {
  const log = testLog();
  const engine = fakeEngine('sound', log);
  const info = await engine.ready;
  expect(info.backend.name).toBe('fake');
  expect(info.pid).toBe(engine.pid);
  await eventually(() => expect(log.lines).toContain(`[engine ${info.pid}] fake engine in mode sound`));
});

test('when killed, rejects every pending call with a sentence that names the signal', async () => {
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

test('when it exits by itself, reports its exit code', async () => {
  const engine = fakeEngine();
  expect((await failureOf(engine.call('dataset', { data: 'exit' }))).message).toBe('The engine stopped (exit code 7).');
});

test('when stopped, rejects pending calls with the reason and exits', async () => {
  const engine = fakeEngine();
  const { pid } = await engine.ready;
  const waiting = failureOf(engine.call('dataset', { data: 'wait' }));
  await engine.stop('The window is closing.');
  expect((await waiting).message).toBe('The window is closing.');
  expect(isAlive(pid)).toBe(false);
});

test('is killed if it ignores the end of its pipe', async () => {
  const engine = fakeEngine('mute-on-disconnect');
  const { pid } = await engine.ready;
  await engine.stop('enough');
  expect(isAlive(pid)).toBe(false);
});

test('refuses a Node path that is not a program, and names the setting', () => {
  for (const nodePath of [__filename, '/nowhere/node', 'node', import.meta.dirname])
    expect(() => fakeEngine('sound', testLog(), nodePath)).toThrow(/secateur\.engine\.nodePath/);
});

test('passes an error of initialization on to every caller', async () => {
  const engine = fakeEngine('refuse');
  expect((await failureOf(engine.ready)).message).toBe('The native library does not load here.');
});
