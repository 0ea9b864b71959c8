import path from 'node:path';
import * as vscode from 'vscode';
import { isAtWork } from '../../disk/at-work';
import { readsIn } from '../../disk/moved-references';
import { isInside, portablePath } from '../../disk/paths';
import { UserError } from '../../protocol/errors';
import { t } from '../../protocol/l10n';
import type { KnownRun, RunList } from './run-list';

type UsedRun = Pick<KnownRun, 'folder' | 'state' | 'recipe'>;

/** True while a process works in the folder of a run: one of this window, or another. */
const isRunning = async ({ folder, state }: UsedRun): Promise<boolean> =>
  state === 'running' || (await isAtWork(folder));

/** The other runs whose folders lie in a folder. */
export const runsWithin = <R extends UsedRun>(runs: readonly R[], folder: string): R[] =>
  runs.filter((one) => one.folder !== folder && isInside(one.folder, folder));

/**
 * The runs elsewhere that have not ended and need the files of a folder where they are: a teacher, data, or the start of a run
 * that goes on. The recipe of a run that waits may name another start.
 */
export async function usersOf<R extends UsedRun>(runs: readonly R[], folder: string): Promise<R[]> {
  const users: R[] = [];
  for (const run of runs) {
    if (run.state === 'finished' || !run.recipe || isInside(run.folder, folder)) continue;
    const { start, others } = readsIn(run.recipe, run.folder, folder);
    if (others || (start && (await isRunning(run)))) users.push(run);
  }
  return users;
}

/**
 * Returns the runs of the workspace as they are now, if the folder of one of them may get another place or go.
 * @throws UserError while the folder, a run in it or its workspace is in use
 */
export async function runsIfFree(runList: Pick<RunList, 'all'>, folder: string): Promise<readonly KnownRun[]> {
  const name = path.basename(folder);
  if (vscode.workspace.workspaceFolders?.some(({ uri }) => isInside(uri.fsPath, folder)))
    throw new UserError(t('{0} is or contains a folder of this workspace: open the folder above it first.', name));
  const runs = await runList.all();
  for (const run of runs.filter((one) => isInside(one.folder, folder)))
    if (await isRunning(run))
      throw new UserError(
        t('{0} is running: wait for its end, or cancel it first.', portablePath(run.folder, path.dirname(folder))),
      );
  const [user] = await usersOf(runs, folder);
  if (user)
    throw new UserError(
      t('{0} uses files of {1} and has not ended: finish or delete it first.', path.basename(user.folder), name),
    );
  return runs;
}
