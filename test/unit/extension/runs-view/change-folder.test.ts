import { existsSync } from 'node:fs';
import { mkdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { readListedRun } from '../../../../src/disk/read-run';
import { runRow } from '../../../../src/disk/run-row';
import { ActiveRuns } from '../../../../src/extension/runs/active-runs';
import { deleteRun, renameRun, type FolderTools } from '../../../../src/extension/runs-view/change-folder';
import type { KnownRun } from '../../../../src/extension/runs-view/run-list';
import { LOCK_FILE } from '../../../../src/protocol/run-folder';
import { Recipe } from '../../../../src/protocol/recipe';
import { temporaryFolder } from '../../temporary';
import { memory } from '../runs/memory';

const editor = vi.hoisted(() => ({
  name: undefined as string | undefined,
  answers: [] as (string | undefined)[],
  asked: [] as string[],
  hasTrash: true,
}));
vi.mock('vscode', async () => {
  const fs = await import('node:fs/promises');
  return {
    TreeItem: class {
      readonly label = '';
    },
    workspace: {
      isTrusted: true,
      fs: {
        rename: (from: { fsPath: string }, to: { fsPath: string }) => fs.rename(from.fsPath, to.fsPath),
        delete: ({ fsPath }: { fsPath: string }, { useTrash }: { useTrash?: boolean }) => {
          if (useTrash && !editor.hasTrash) return Promise.reject(new Error('no trash'));
          return fs.rm(fsPath, { recursive: true });
        },
      },
    },
    window: {
      showInputBox: () => Promise.resolve(editor.name),
      showWarningMessage: (question: string) => {
        editor.asked.push(question);
        return Promise.resolve(editor.answers.shift());
      },
    },
    Uri: { file: (fsPath: string) => ({ fsPath, scheme: 'file' }) },
  };
});

const recipeWith = (checkpoint: string, steps: unknown[] = [{ step: 'prune', amount: { sparsity: 0.5 } }]) => ({
  ...{ recipeVersion: 1, checkpoint, seed: 0, steps },
});

/** Runs in folders, and the services with which their folders are changed. */
async function workspaceWith(recipes: Readonly<Record<string, object>>, finished: readonly string[]) {
  const root = await temporaryFolder();
  const at = (...parts: string[]): string => path.join(root, ...parts);
  for (const [name, recipe] of Object.entries(recipes)) {
    await mkdir(at(name), { recursive: true });
    await writeFile(at(name, 'recipe.json'), JSON.stringify(recipe, null, 2));
    const totals = { params: 1, nonzero: 1, kernelWeights: 1, sparsity: 0, macs: 1, bytes: 4, gzipBytes: 3 };
    const accuracy = { before: null, afterPrune: null, afterFineTune: null };
    const places = { out: at(name, 'model.json'), folder: at(name) };
    const results = { ...places, steps: [], before: null, after: totals, accuracy, sampleData: false };
    if (finished.includes(name)) {
      await writeFile(at(name, 'results.json'), JSON.stringify(results));
      await writeFile(at(name, 'model.json'), '{}');
    } else {
      await mkdir(at(name, 'state'));
      await writeFile(at(name, 'state', 'state.json'), '{ "step": 0 }');
    }
  }
  const runs: KnownRun[] = [];
  for (const name of Object.keys(recipes)) {
    const { folder, state, recipe, model, problem, ...rest } = (await readListedRun(at(name), false))!;
    const row = runRow({ folder, state, recipe, model, ...rest }, (file) => path.basename(file), 0);
    runs.push({ folder, state, recipe, model, problem, row, figures: '', lines: [], hasBrokenNotes: false });
  }
  const activeRuns = new ActiveRuns(memory());
  const tools = {
    activeRuns,
    scanner: { recipes: [at('mine.recipe.json')] },
    log: { warn: (text: string) => expect(text).toBe('') },
    chosenRuns: { items: [] },
    runList: { now: runs, find: (folder: string) => Promise.resolve(runs.find((run) => run.folder === folder)), soon: () => undefined }, // prettier-ignore
  } as unknown as FolderTools;
  const target = (name: string) => ({ secateurRun: 'finished', secateurRunHasModel: true, runFolder: at(name) });
  return { at, tools, activeRuns, target };
}

beforeEach(() => Object.assign(editor, { name: undefined, answers: [], asked: [], hasTrash: true }));

test('a rename moves the folder and follows it in other runs, in recipes of people, and in its own results', async () => {
  const recipes = { old: recipeWith('../cnn'), heir: recipeWith('../old/model.json'), other: recipeWith('../cnn') };
  const { at, tools, activeRuns, target } = await workspaceWith(recipes, ['old', 'heir', 'other']);
  const mine = `${JSON.stringify(recipeWith('old'), null, 4)}\n`;
  await writeFile(at('mine.recipe.json'), mine);
  const waiting = { id: 'a', title: 'Run', baseFolder: at('heir'), out: at('old'), recipe: Recipe.parse(recipes.heir) };
  await activeRuns.add(waiting);
  editor.name = 'new';
  await renameRun(tools, target('old'));
  expect([existsSync(at('old')), existsSync(at('new', 'model.json'))]).toEqual([false, true]);
  expect(await readFile(at('heir', 'recipe.json'), 'utf8')).toContain('"../new/model.json"');
  expect(await readFile(at('other', 'recipe.json'), 'utf8')).toBe(JSON.stringify(recipes.other, null, 2));
  expect(await readFile(at('mine.recipe.json'), 'utf8')).toBe(mine.replace('"old"', '"new"'));
  const results: unknown = JSON.parse(await readFile(at('new', 'results.json'), 'utf8'));
  expect(results).toMatchObject({ out: at('new', 'model.json'), folder: at('new') });
  expect(activeRuns.list()).toEqual([
    { ...waiting, out: at('new'), recipe: { ...waiting.recipe, checkpoint: '../new/model.json' } },
  ]);
});

test('a folder in which a run works, or whose checkpoint teaches an unfinished one, is neither renamed nor deleted', async () => {
  const distill = { step: 'distill', student: '../old', teacher: '../old/model.json' };
  const { at, tools, target } = await workspaceWith(
    { old: recipeWith('../cnn'), pupil: recipeWith('../cnn', [distill]) },
    ['old'],
  );
  await expect(renameRun(tools, target('old'))).rejects.toThrow('old is a teacher in pupil, which has not ended');
  const lock = at('pupil', LOCK_FILE);
  await writeFile(lock, '{}');
  for (const change of [renameRun, deleteRun])
    await expect(change(tools, target('pupil'))).rejects.toThrow('pupil is running: wait for its end');
  expect(editor.asked).toEqual([]);
  // A lock that nobody touches is that of a dead process.
  await utimes(lock, new Date(), new Date(Date.now() - 60_000));
  editor.answers = ['Move to Trash'];
  await deleteRun(tools, target('pupil'));
  expect(existsSync(at('pupil'))).toBe(false);
});

test('a delete asks once, says who began with the checkpoint, and asks again only where there is no trash', async () => {
  const { at, tools, target } = await workspaceWith(
    { old: recipeWith('../cnn'), heir: recipeWith('../old/model.json') },
    ['old', 'heir'],
  );
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(true);
  expect(editor.asked).toEqual([
    'Move the run old with its checkpoint and results to the trash? 1 run began with its checkpoint.',
  ]);
  Object.assign(editor, { hasTrash: false, answers: ['Move to Trash', undefined] });
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(true);
  editor.answers = ['Move to Trash', 'Delete Permanently'];
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(false);
});

test('a run whose folder is gone is named', async () => {
  const { tools } = await workspaceWith({}, []);
  const gone = { secateurRun: 'finished', secateurRunHasModel: true, runFolder: '/nowhere/run' };
  await expect(renameRun(tools, gone)).rejects.toThrow('The folder /nowhere/run is gone: it was moved or deleted.');
  await expect(deleteRun(tools, undefined)).rejects.toThrow('Choose one run');
});
