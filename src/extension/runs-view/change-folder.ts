import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import type { Move } from '../../disk/moved-references';
import { isInside } from '../../disk/paths';
import { sentences, t, tPlural } from '../../protocol/l10n';
import { inDetail, type Log } from '../log';
import type { ActiveRuns } from '../runs/active-runs';
import { folderNameProblem } from '../runs/folder-name';
import type { Scanner } from '../scan/scanner';
import { requireTrust } from '../trust';
import { plain } from '../ui/plain';
import { confirms } from '../ui/say';
import { runsIfFree, runsWithin } from './folder-use';
import { followMove } from './follow-move';
import type { RunList } from './run-list';
import { runOf, type TargetTools } from './target';

/** The services that rename and delete folders of runs. */
export interface FolderTools extends TargetTools {
  readonly runList: Pick<RunList, 'all' | 'find' | 'soon'>;
  readonly activeRuns: Pick<ActiveRuns, 'list' | 'move' | 'remove'>;
  readonly scanner: Pick<Scanner, 'recipes'>;
  readonly log: Pick<Log, 'warn'>;
}

/** Renames the folder of a run, and follows it in all recipes that name it. @throws UserError while the folder is in use */
export async function renameRun(tools: FolderTools, target: unknown): Promise<void> {
  requireTrust(t('Renaming a run'));
  const { folder } = await runOf(tools, target);
  const [parent, before] = [path.dirname(folder), path.basename(folder)];
  await runsIfFree(tools.runList, folder);
  const name = await vscode.window.showInputBox({
    title: plain(t('Rename {0}', before)),
    value: before,
    valueSelection: [0, before.length],
    validateInput: (text) => (text === before ? undefined : folderNameProblem(text, (one) => existsSync(path.join(parent, one)))), // prettier-ignore
  });
  if (name === undefined || name === before) return;
  const runs = await runsIfFree(tools.runList, folder);
  const naming = { runFolders: runs.map((run) => run.folder), recipes: tools.scanner.recipes };
  const move: Move = { from: folder, to: path.join(parent, name) };
  await vscode.workspace.fs.rename(vscode.Uri.file(move.from), vscode.Uri.file(move.to), { overwrite: false });
  await followMove(tools, naming, move);
  tools.runList.soon();
}

/** Moves the folder of a run to the trash, after a question. @throws UserError while the folder is in use */
export async function deleteRun(tools: FolderTools, target: unknown): Promise<void> {
  requireTrust(t('Deleting a run'));
  const { folder } = await runOf(tools, target);
  const name = path.basename(folder);
  const runs = await runsIfFree(tools.runList, folder);
  const within = runsWithin(runs, folder).length;
  const heirs = runs.filter(
    ({ folder: other, row }) => !isInside(other, folder) && row.start?.path != null && isInside(row.start.path, folder),
  ).length;
  const question = sentences(
    t('Move the run {0} with its checkpoint and results to the trash?', name),
    within > 0 ? tPlural(within, '{0} other run in its folder is deleted too.', '{0} other runs in its folder are deleted too.', within) : '', // prettier-ignore
    heirs > 0 ? tPlural(heirs, '{0} run began with its checkpoint.', '{0} runs began with its checkpoint.', heirs) : '',
  );
  if (!(await confirms(question, t('Move to Trash')))) return;
  if (await trash(tools, folder))
    for (const { id, out } of tools.activeRuns.list()) if (isInside(out, folder)) await tools.activeRuns.remove(id);
  tools.runList.soon();
}

/** Deletes a folder; where it cannot be moved to the trash for good, after another question. Returns true if it is gone. */
async function trash({ runList, log }: FolderTools, folder: string): Promise<boolean> {
  const uri = vscode.Uri.file(folder);
  await runsIfFree(runList, folder);
  try {
    await vscode.workspace.fs.delete(uri, { recursive: true, useTrash: true });
  } catch (error) {
    if (!existsSync(folder)) throw error;
    log.warn(`${folder} could not be moved to the trash: ${inDetail(error)}`);
    const question = t('{0} could not be moved to the trash. Delete it permanently?', path.basename(folder));
    if (!(await confirms(question, t('Delete Permanently')))) return false;
    await runsIfFree(runList, folder);
    await vscode.workspace.fs.delete(uri, { recursive: true });
  }
  return true;
}
