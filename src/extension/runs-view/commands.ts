import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors';
import { startRun } from '../runs/start-run';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { isRunItem } from './run-item';

const noRun = () => new UserError('No run is chosen: call this from the view of runs in the explorer.');

/** Opens the checkpoint of a run. */
export async function openRun(services: Services, target: unknown): Promise<void> {
  if (!isRunItem(target)) throw noRun();
  if (target.run.model === undefined)
    throw new UserError(`${path.basename(target.run.folder)} has no checkpoint yet: resume the run first.`);
  await services.panels.show(vscode.Uri.file(target.run.model));
}

/** Shows the folder of a run in the explorer. */
export async function revealRun(_: Services, target: unknown): Promise<void> {
  if (!isRunItem(target)) throw noRun();
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(target.run.folder));
}

/** Goes on with a run that was interrupted. */
export function resumeRun(services: Services, target: unknown): Promise<void> {
  requireTrust('Running a recipe');
  if (!isRunItem(target)) throw noRun();
  const { folder, recipe, state } = target.run;
  if (state !== 'unfinished' || !recipe)
    throw new UserError(`${path.basename(folder)} cannot be resumed: it is ${state}.`);
  const title = vscode.l10n.t('Resume {0}', path.basename(folder));
  startRun(services, { title, recipe, baseFolder: folder, out: folder, resume: true });
  return Promise.resolve();
}
