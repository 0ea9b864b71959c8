import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import writeFileAtomic from 'write-file-atomic';
import { isAtWork } from '../../disk/at-work';
import { movedRecipeText, movedResultsText, stepsRead, type Move } from '../../disk/moved-references';
import { isInside } from '../../disk/paths';
import { UserError } from '../../protocol/errors';
import { t, tPlural } from '../../protocol/l10n';
import { RUN_FILES } from '../../protocol/run-folder';
import type { LogWindow } from '../log';
import type { ActiveRuns } from '../runs/active-runs';
import { folderNameProblem } from '../runs/folder-name';
import type { Scanner } from '../scan/scanner';
import { requireTrust } from '../trust';
import { plain } from '../ui/plain';
import { confirms } from '../ui/say';
import type { KnownRun } from './run-list';
import { runOf, type TargetTools } from './target';

/** The services that rename and delete folders of runs. */
export interface FolderTools extends TargetTools {
  readonly activeRuns: ActiveRuns;
  readonly scanner: Scanner;
  readonly log: LogWindow;
}

/** @throws UserError while a process works in the folder */
async function refuseWhileRunning({ folder, state }: KnownRun): Promise<void> {
  if (state === 'running' || (await isAtWork(folder)))
    throw new UserError(t('{0} is running: wait for its end, or cancel it first.', path.basename(folder)));
}

/** Renames the folder of a run, and follows it in all recipes that name it. */
export async function renameRun(tools: FolderTools, target: unknown): Promise<void> {
  requireTrust(t('Renaming a run'));
  const run = await runOf(tools, target);
  const { folder } = run;
  const [parent, before] = [path.dirname(folder), path.basename(folder)];
  await refuseWhileRunning(run);
  const needs = tools.runList.now.find(
    (one) => one.state !== 'finished' && one.folder !== folder && one.recipe && stepsRead(one.recipe, one.folder, folder), // prettier-ignore
  );
  if (needs)
    throw new UserError(
      t('{0} is a teacher in {1}, which has not ended: finish or delete that run first.', before, path.basename(needs.folder)), // prettier-ignore
    );
  const name = await vscode.window.showInputBox({
    title: plain(t('Rename {0}', before)),
    value: before,
    valueSelection: [0, before.length],
    validateInput: (text) => (text === before ? undefined : folderNameProblem(text, (one) => existsSync(path.join(parent, one)))), // prettier-ignore
  });
  if (name === undefined || name === before) return;
  await refuseWhileRunning(run);
  const move: Move = { from: folder, to: path.join(parent, name) };
  await vscode.workspace.fs.rename(vscode.Uri.file(move.from), vscode.Uri.file(move.to), { overwrite: false });
  await followMove(tools, move);
  tools.runList.soon();
}

/** Writes the new place into everything that names the old one. */
async function followMove({ runList, activeRuns, scanner, log }: FolderTools, move: Move): Promise<void> {
  await activeRuns.move(move);
  const recipes = [
    ...runList.now.flatMap(({ folder }) => (folder === move.from ? [] : [path.join(folder, RUN_FILES.recipe)])),
    ...scanner.recipes.filter((file) => !isInside(file, move.from)),
  ];
  for (const file of new Set(recipes)) await edit(file, (text) => movedRecipeText(text, path.dirname(file), move), log);
  await edit(path.join(move.to, RUN_FILES.results), (text) => movedResultsText(text, move), log);
}

async function edit(file: string, change: (text: string) => string | undefined, log: LogWindow): Promise<void> {
  try {
    const next = change(await readFile(file, 'utf8'));
    if (next !== undefined) await writeFileAtomic(file, next);
  } catch (error) {
    log.warn(`${file} does not follow the rename: ${String(error)}`);
  }
}

/** Moves the folder of a run to the trash, after a question. */
export async function deleteRun(tools: FolderTools, target: unknown): Promise<void> {
  requireTrust(t('Deleting a run'));
  const run = await runOf(tools, target);
  const { folder } = run;
  const name = path.basename(folder);
  await refuseWhileRunning(run);
  const heirs = tools.runList.now.filter(
    ({ folder: other, row }) => other !== folder && row.start?.path != null && isInside(row.start.path, folder),
  ).length;
  const question = [
    t('Move the run {0} with its checkpoint and results to the trash?', name),
    ...(heirs > 0 ? [tPlural(heirs, '{0} run began with its checkpoint.', '{0} runs began with its checkpoint.', heirs)] : []), // prettier-ignore
  ].join(' ');
  if (!(await confirms(question, t('Move to Trash')))) return;
  await refuseWhileRunning(run);
  await trash(vscode.Uri.file(folder), name);
  for (const active of tools.activeRuns.list()) if (active.out === folder) await tools.activeRuns.remove(active.id);
  tools.runList.soon();
}

/** A machine without a trash deletes for good, after another question. */
async function trash(uri: vscode.Uri, name: string): Promise<void> {
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch (error) {
    if (!existsSync(uri.fsPath)) throw error;
    const question = t('There is no trash for {0} on this machine. Delete the folder for good?', name);
    if (await confirms(question, t('Delete Permanently'))) await vscode.workspace.fs.delete(uri, { recursive: true });
  }
}
