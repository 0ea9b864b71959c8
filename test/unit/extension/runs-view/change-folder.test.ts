import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, utimes, writeFile } from 'node:fs/promises';
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
  failures: [] as string[],
  folders: [] as string[],
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
      get workspaceFolders() {
        return editor.folders.map((fsPath) => ({ uri: { fsPath } }));
      },
      asRelativePath: (file: string) => file.split(/[\\/]/).at(-1),
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
      showErrorMessage: (text: string) => Promise.resolve(void editor.failures.push(text)),
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
  const going = new Set<string>();
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
  const all = async (): Promise<KnownRun[]> => {
    const runs: KnownRun[] = [];
    for (const name of Object.keys(recipes)) {
      const run = await readListedRun(at(name), going.has(name));
      if (!run) continue;
      const { folder, state, recipe, model, problem } = run;
      const row = runRow(run, (file) => path.basename(file), 0);
      runs.push({ folder, state, recipe, model, problem, row, figures: '', lines: [], hasBrokenNotes: false });
    }
    return runs;
  };
  const activeRuns = new ActiveRuns(memory());
  const warnings: string[] = [];
  const tools: FolderTools = {
    activeRuns,
    scanner: { recipes: [at('mine.recipe.json')] },
    log: { warn: (text) => void warnings.push(text) },
    chosenRuns: { items: [] },
    runList: { all, find: async (folder) => (await all()).find((run) => run.folder === folder), soon: () => undefined },
  };
  const target = (name: string) => ({ secateurRun: 'finished', secateurRunHasModel: true, runFolder: at(name) });
  return { at, tools, activeRuns, going, target, warnings };
}

beforeEach(() => {
  Object.assign(editor, { name: undefined, answers: [], asked: [], failures: [], folders: [], hasTrash: true });
});

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
  expect(editor.failures).toEqual([]);
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
  for (const change of [renameRun, deleteRun])
    await expect(change(tools, target('old'))).rejects.toThrow('pupil uses files of old and has not ended');
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
  const { at, tools, activeRuns, target, warnings } = await workspaceWith(
    { old: recipeWith('../cnn'), heir: recipeWith('../old/model.json') },
    ['old', 'heir'],
  );
  const waiting = { id: 'a', title: 'Run', baseFolder: at(), recipe: Recipe.parse(recipeWith('cnn')) };
  await activeRuns.add({ ...waiting, out: at('old', 'again') });
  await activeRuns.add({ ...waiting, id: 'b', out: at('older') });
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(true);
  expect(editor.asked).toEqual([
    'Move the run old with its checkpoint and results to the trash? 1 run began with its checkpoint.',
  ]);
  Object.assign(editor, { hasTrash: false, answers: ['Move to Trash', undefined] });
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(true);
  expect(editor.asked.at(-1)).toBe('old could not be moved to the trash. Delete it permanently?');
  expect(warnings.join('\n')).toContain('no trash');
  // A run that stays is not forgotten.
  expect(activeRuns.list()).toHaveLength(2);
  editor.answers = ['Move to Trash', 'Delete Permanently'];
  await deleteRun(tools, target('old'));
  expect(existsSync(at('old'))).toBe(false);
  expect(activeRuns.list().map(({ id }) => id)).toEqual(['b']);
});

test('a folder of the workspace, or one around it, is neither renamed nor deleted', async () => {
  const { at, tools, target } = await workspaceWith({ old: recipeWith('../cnn') }, ['old']);
  for (const place of [at('old'), at('old', 'epochs')]) {
    editor.folders = [at('other'), place];
    for (const change of [renameRun, deleteRun])
      await expect(change(tools, target('old'))).rejects.toThrow('old is or contains a folder of this workspace');
  }
  expect(editor.asked).toEqual([]);
  Object.assign(editor, { folders: [at()], name: 'new' });
  await renameRun(tools, target('old'));
  expect(existsSync(at('new'))).toBe(true);
});

test('runs within a run follow its rename, keep it while they run, and are counted before it is deleted', async () => {
  const inner = 'old/epochs/epoch-3/again';
  const recipes = {
    old: recipeWith('../cnn'),
    [inner]: recipeWith('..', [{ step: 'rewind', to: '../../../../cnn' }]),
    heir: recipeWith('../old/epochs/epoch-3/again'),
  };
  const { at, tools, going, target } = await workspaceWith(recipes, ['old', inner, 'heir']);
  going.add(inner);
  for (const change of [renameRun, deleteRun])
    await expect(change(tools, target('old'))).rejects.toThrow(`${inner} is running: wait for its end`);
  going.clear();
  editor.name = 'new';
  await renameRun(tools, target('old'));
  const moved = inner.replace('old', 'new');
  expect(await readFile(at(moved, 'recipe.json'), 'utf8')).toBe(JSON.stringify(recipes[inner], null, 2));
  expect(JSON.parse(await readFile(at(moved, 'results.json'), 'utf8'))).toMatchObject({ folder: at(moved) });
  expect(await readFile(at('heir', 'recipe.json'), 'utf8')).toContain(`"../${moved}"`);
  editor.name = 'old';
  const again = await workspaceWith(recipes, ['old', inner, 'heir']);
  await deleteRun(again.tools, again.target('old'));
  expect(editor.asked).toEqual([
    'Move the run old with its checkpoint and results to the trash? 1 other run in its folder is deleted too. 1 run began with its checkpoint.',
  ]);
});

test('a run that goes on keeps the folder of its start, also if it began while a question was open', async () => {
  const recipes = { old: recipeWith('../cnn'), heir: recipeWith('../old/model.json') };
  const { at, tools, going, target } = await workspaceWith(recipes, ['old']);
  going.add('heir');
  for (const change of [renameRun, deleteRun])
    await expect(change(tools, target('old'))).rejects.toThrow('heir uses files of old and has not ended');
  going.clear();
  vi.spyOn(editor.answers, 'shift').mockImplementation(() => {
    going.add('old');
    return 'Move to Trash';
  });
  await expect(deleteRun(tools, target('old'))).rejects.toThrow('old is running: wait for its end');
  expect(existsSync(at('old'))).toBe(true);
});

test('a recipe behind a link stays as it is, and those that cannot be changed are named once', async () => {
  const { at, tools, target, warnings } = await workspaceWith({ old: recipeWith('../cnn') }, ['old']);
  const mine = JSON.stringify(recipeWith('old'));
  const outside = path.join(await temporaryFolder(), 'theirs.json');
  await writeFile(outside, mine);
  await symlink(outside, at('mine.recipe.json'));
  // A change is written beside the file, under a longer name: for these the file system has none.
  const long = ['a', 'b'].map((letter) => `${letter.repeat(240)}.recipe.json`);
  for (const name of long) await writeFile(at(name), mine);
  editor.name = 'new';
  const recipes = ['mine.recipe.json', 'gone.recipe.json', ...long].map((name) => at(name));
  await renameRun({ ...tools, scanner: { recipes } }, target('old'));
  expect(await readFile(outside, 'utf8')).toBe(mine);
  expect(editor.failures).toEqual([
    `2 files could not be changed and may still name the old folder: ${long.join(', ')}`,
  ]);
  expect(warnings).toHaveLength(2);
});

test('a run whose folder is gone is named', async () => {
  const { tools } = await workspaceWith({}, []);
  const gone = { secateurRun: 'finished', secateurRunHasModel: true, runFolder: '/nowhere/run' };
  await expect(renameRun(tools, gone)).rejects.toThrow('The run run is gone: its folder was moved or deleted.');
  await expect(deleteRun(tools, undefined)).rejects.toThrow('Choose one run');
});
