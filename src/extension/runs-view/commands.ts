import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import type { Panels } from '../panel/panels';
import type { RunStarter } from '../runs/run-starter';
import { requireTrust } from '../trust';
import { stateWords } from './figures';
import { isRunItem } from './run-item';

const noRun = () => new UserError(t('No run is chosen: use this command in the view of runs in the explorer.'));

/** Opens the checkpoint of a run. */
export async function openRun({ panels }: { panels: Panels }, target: unknown): Promise<void> {
  if (!isRunItem(target)) throw noRun();
  if (target.run.model === undefined)
    throw new UserError(t('{0} has no checkpoint yet: resume the run first.', path.basename(target.run.folder)));
  await panels.show(vscode.Uri.file(target.run.model));
}

/** Shows the folder of a run in the explorer. */
export async function revealRun(target: unknown): Promise<void> {
  if (!isRunItem(target)) throw noRun();
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(target.run.folder));
}

/** Continues a run that was interrupted. */
export function resumeRun({ runStarter }: { runStarter: RunStarter }, target: unknown): Promise<void> {
  requireTrust(t('Running a recipe'));
  if (!isRunItem(target)) throw noRun();
  const { folder, recipe, state } = target.run;
  if (state !== 'unfinished' || !recipe)
    throw new UserError(t('{0} cannot be resumed: it is {1}.', path.basename(folder), stateWords(state)));
  const title = t('Resume {0}', path.basename(folder));
  runStarter.start({ title, recipe, baseFolder: folder, out: folder, resume: true });
  return Promise.resolve();
}
