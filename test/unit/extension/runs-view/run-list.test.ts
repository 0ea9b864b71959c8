import { mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { Listeners } from '../../../../src/extension/listeners';
import type { RunJob } from '../../../../src/extension/runs/run-job';
import { RunList } from '../../../../src/extension/runs-view/run-list';
import { runTableHandlers } from '../../../../src/extension/runs-view/table-handlers';
import { temporaryFolder } from '../../temporary';

const editor = vi.hoisted(() => ({ root: '', executed: [] as unknown[][] }));
const disk = vi.hoisted(() => ({ afterReading: undefined as (() => Promise<void>) | undefined }));
vi.mock('vscode', () => {
  const nothing = { dispose: () => undefined };
  const watcher = { ...nothing, onDidChange: () => nothing, onDidCreate: () => nothing, onDidDelete: () => nothing };
  return {
    workspace: {
      isTrusted: true,
      findFiles: async () => {
        const { existsSync, readdirSync } = await import('node:fs');
        return readdirSync(editor.root)
          .map((name) => `${editor.root}/${name}/journal.jsonl`)
          .filter((file) => existsSync(file))
          .map((fsPath) => ({ scheme: 'file', fsPath }));
      },
      createFileSystemWatcher: () => watcher,
      onDidChangeWorkspaceFolders: () => nothing,
      asRelativePath: (file: string) => file.split(/[\\/]/).at(-1),
    },
    commands: { executeCommand: (...args: unknown[]) => Promise.resolve(void editor.executed.push(args)) },
  };
});

vi.mock(import('../../../../src/disk/read-run'), async (original) => {
  const actual = await original();
  return {
    ...actual,
    async readListedRun(...args) {
      const run = await actual.readListedRun(...args);
      await disk.afterReading?.();
      return run;
    },
  };
});

const totals = { params: 10, nonzero: 5, kernelWeights: 10, sparsity: 0.5, macs: 1, bytes: 40, gzipBytes: 2300 };
const recipe = {
  ...{ recipeVersion: 1, checkpoint: '../start', seed: 0 },
  steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
};
const results = {
  ...{ out: '/x/model.json', folder: '/x', steps: [], before: totals, after: totals, sampleData: false },
  ...{ metrics: { before: null, afterPrune: null, afterFineTune: null } },
  accuracy: { before: null, afterPrune: null, afterFineTune: null },
};

async function runAt(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'journal.jsonl'), '');
  await writeFile(path.join(folder, 'recipe.json'), JSON.stringify(recipe));
  await writeFile(path.join(folder, 'results.json'), JSON.stringify(results));
  await writeFile(path.join(folder, 'model.json'), '{}');
}

async function listed() {
  editor.root = await temporaryFolder();
  const services = { running: [] as RunJob[], started: new Listeners<RunJob>(), ended: new Listeners<RunJob>() };
  const list = new RunList(services, { onDidChange: () => ({ dispose: () => undefined }) });
  let fired = 0;
  list.changed.add(() => fired++);
  return { list, services, fired: () => fired, at: (name: string) => path.join(editor.root, name) };
}

test('the list tells of a change only where a run is new, gone or different, and keeps what is the same', async () => {
  const { list, fired, at } = await listed();
  await runAt(at('one'));
  await runAt(at('two'));
  const first = await list.all();
  expect(first.map(({ row }) => row.name)).toEqual(['one', 'two']);
  expect(fired()).toBe(1);
  // Files that are touched, and epochs that end, change nothing that is shown.
  await writeFile(at('one/journal.jsonl'), '{}\n');
  const { mtimeMs } = await stat(at('one/model.json'));
  await utimes(at('one/model.json'), new Date(), new Date(mtimeMs + 5000));
  await list.all();
  expect(fired()).toBe(1);
  await writeFile(at('two/notes.json'), JSON.stringify({ tags: ['paper'] }));
  const second = await list.all();
  expect(fired()).toBe(2);
  expect(second[0]).toBe(first[0]);
  expect(second[1]).not.toBe(first[1]);
  await rm(at('one'), { recursive: true });
  expect((await list.all()).map(({ row }) => row.name)).toEqual(['two']);
  expect(fired()).toBe(3);
});

test('a row tells of the missing checkpoint that its run began with, and of its coming', async () => {
  const { list, fired, at } = await listed();
  await runAt(at('one'));
  expect((await list.all())[0]?.row.start).toEqual({ name: 'start', path: null });
  await mkdir(at('start'));
  await writeFile(at('start/model.json'), '{}');
  expect((await list.all())[0]?.row.start).toEqual({ name: 'start', path: at('start/model.json') });
  expect(fired()).toBe(2);
});

test('files that are written or appear while a run is read are read the next time', async () => {
  const { list, at } = await listed();
  await runAt(at('one'));
  disk.afterReading = async () => {
    disk.afterReading = undefined;
    await writeFile(at('one/notes.json'), JSON.stringify({ tags: ['paper'] }));
    await rm(at('one/model.json'));
  };
  expect((await list.all())[0]).toMatchObject({ state: 'finished', row: { tags: [] } });
  expect((await list.all())[0]).toMatchObject({ state: 'damaged', row: { tags: ['paper'] } });
  disk.afterReading = async () => {
    disk.afterReading = undefined;
    await mkdir(at('start'));
    await writeFile(at('start/model.json'), '{}');
  };
  await writeFile(at('one/notes.json'), JSON.stringify({ tags: ['thesis'] }));
  await list.all();
  expect((await list.all())[0]?.row.start).toEqual({ name: 'start', path: at('start/model.json') });
});

test('a question during a reading is answered with what changed since that began', async () => {
  const { list, at } = await listed();
  await runAt(at('one'));
  let during: ReturnType<typeof list.all> | undefined;
  disk.afterReading = async () => {
    disk.afterReading = undefined;
    await writeFile(at('one/notes.json'), JSON.stringify({ tags: ['paper'] }));
    during = list.all();
  };
  expect((await list.all())[0]).toMatchObject({ row: { tags: [] } });
  expect((await during)?.[0]).toMatchObject({ row: { tags: ['paper'] } });
});

test('a page writes notes into the folder of a run, and never over notes that cannot be read', async () => {
  const { list, at } = await listed();
  await runAt(at('one'));
  const handlers = runTableHandlers(list);
  const context = { signal: new AbortController().signal, report: () => undefined };
  await handlers.noteRun({ folder: at('one'), tags: ['a', 'b', 'a'], note: 'Good.' }, context);
  expect((await list.all())[0]?.row).toMatchObject({ tags: ['a', 'b'], note: 'Good.' });
  await writeFile(at('one/notes.json'), '{ "tags": ');
  const again = handlers.noteRun({ folder: at('one'), tags: [], note: '' }, context);
  await expect(again).rejects.toThrow('notes.json in one cannot be read');
  // Something else in their place counts as notes that cannot be read.
  await rm(at('one/notes.json'));
  await mkdir(at('one/notes.json'));
  await expect(handlers.noteRun({ folder: at('one'), tags: [], note: 'Lost?' }, context)).rejects.toThrow(
    'notes.json in one cannot be read',
  );
  await expect(handlers.details({ folders: ['/etc'] }, context)).rejects.toThrow('The run etc is gone');
});

test('an action of a page is a command of the editor about that run', async () => {
  const { list, at } = await listed();
  await runAt(at('one'));
  const context = { signal: new AbortController().signal, report: () => undefined };
  editor.executed = [];
  await runTableHandlers(list).actOnRun({ action: 'rename', folders: [at('one')] }, context);
  const row = { secateurRun: 'finished', secateurRunHasModel: true, runFolder: at('one') };
  expect(editor.executed).toEqual([['secateur.renameRun', row, [row]]]);
});

test('300 runs are read once, and then only looked at', async () => {
  const { list, fired, at } = await listed();
  await Promise.all(Array.from({ length: 300 }, (_, i) => runAt(at(`run-${i}`))));
  expect(await list.all()).toHaveLength(300);
  const parse = vi.spyOn(JSON, 'parse');
  await list.all();
  expect(parse).not.toHaveBeenCalled();
  await rename(at('run-7'), at('run-moved'));
  await list.all();
  // Recipe and results of the one.
  expect(parse.mock.calls.length).toBeLessThanOrEqual(3);
  parse.mockRestore();
  expect(fired()).toBe(2);
});
