import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { DiskWatch, type DiskChange } from '../../../../src/extension/panel/disk-watch';
import { eventually } from '../../eventually';
import { temporaryFolder } from '../../temporary';

const editor = vi.hoisted(() => ({
  heard: new Set<() => void>(),
  focused: new Set<(state: { focused: boolean }) => void>(),
}));

// An editor whose watchers report only the test's events.
vi.mock('vscode', () => {
  const event = (listener: () => void) => {
    editor.heard.add(listener);
    return { dispose: () => editor.heard.delete(listener) };
  };
  return {
    RelativePattern: Object,
    Uri: { file: (name: string) => name },
    workspace: {
      createFileSystemWatcher: () => ({
        onDidChange: event,
        onDidCreate: event,
        onDidDelete: event,
        dispose: () => undefined,
      }),
    },
    window: {
      onDidChangeWindowState: (listener: (state: { focused: boolean }) => void) => {
        editor.focused.add(listener);
        return { dispose: () => editor.focused.delete(listener) };
      },
    },
  };
});

let model: string;
let told: DiskChange[];
let watch: DiskWatch;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  model = path.join(await temporaryFolder(), 'model.json');
  await writeFile(model, '{}');
  told = [];
  watch = new DiskWatch(model, (change) => told.push(change));
  await watch.take();
});
afterEach(() => {
  watch.dispose();
  vi.useRealTimers();
  editor.heard.clear();
});

test('reports a change once, when the editor reports it', async () => {
  await vi.advanceTimersByTimeAsync(20_000);
  await writeFile(model, '{ }');
  for (const hear of editor.heard) hear();
  await vi.advanceTimersByTimeAsync(300);
  await eventually(() => expect(told).toEqual(['changed']));
  for (const hear of editor.heard) hear();
  await vi.advanceTimersByTimeAsync(300);
  await watch.check();
  expect(told).toEqual(['changed']);
});

test('finds a change from before the watchers started', async () => {
  await writeFile(model, '{ }');
  await vi.advanceTimersByTimeAsync(2000);
  await eventually(() => expect(told).toEqual(['changed']));
  await rm(model);
  await vi.advanceTimersByTimeAsync(8000);
  await eventually(() => expect(told).toEqual(['changed', 'gone']));
});

test('finds a change when the window gets the focus', async () => {
  await vi.advanceTimersByTimeAsync(20_000);
  await writeFile(model, '{ }');
  for (const listener of editor.focused) listener({ focused: false });
  await vi.advanceTimersByTimeAsync(1000);
  expect(told).toEqual([]);
  for (const listener of editor.focused) listener({ focused: true });
  await vi.advanceTimersByTimeAsync(300);
  await eventually(() => expect(told).toEqual(['changed']));
});

test('stops after dispose', async () => {
  watch.dispose();
  await writeFile(model, '{ }');
  expect(vi.getTimerCount()).toBe(0);
  expect(editor.focused.size).toBe(0);
});
