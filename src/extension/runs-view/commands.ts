import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import { stateWords } from '../../protocol/runs-page';
import { evaluateCheckpoint, type EvaluationTools } from '../commands/evaluate';
import type { Panels } from '../panel/panels';
import type { RunStarter } from '../runs/run-starter';
import { requireTrust } from '../trust';
import { modelOfRun, runOf, type TargetTools } from './target';

/** Opens the checkpoint of a run. */
export async function openRun(tools: TargetTools & { panels: Panels }, target: unknown): Promise<void> {
  await tools.panels.show(vscode.Uri.file(modelOfRun(await runOf(tools, target))));
}

/** Evaluates the checkpoint of a run. */
export async function evaluateRun(tools: TargetTools & EvaluationTools, target: unknown): Promise<void> {
  requireTrust(t('Evaluating'));
  await evaluateCheckpoint(tools, vscode.Uri.file(modelOfRun(await runOf(tools, target))));
}

/** Shows the folder of a run in the explorer. */
export async function revealRun(tools: TargetTools, target: unknown): Promise<void> {
  const { folder } = await runOf(tools, target);
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(folder));
}

/** Continues a run that was interrupted. */
export async function resumeRun(tools: TargetTools & { runStarter: RunStarter }, target: unknown): Promise<void> {
  requireTrust(t('Running a recipe'));
  const { folder, recipe, state } = await runOf(tools, target);
  if (state !== 'unfinished' || !recipe)
    throw new UserError(t('{0} cannot be resumed: it is {1}.', path.basename(folder), stateWords(state)));
  const title = t('Resume {0}', path.basename(folder));
  tools.runStarter.start({ title, recipe, baseFolder: folder, out: folder, resume: true });
}
