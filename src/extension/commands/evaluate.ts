import * as vscode from 'vscode';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Evaluation } from '../../protocol/measure';
import { pickData } from '../data/pickData';
import { evaluationSummary } from '../evaluate/announce';
import { modelLabel } from '../job/folderName';
import { progressText, share } from '../runs/progressText';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { cancellable } from '../ui/cancellable';
import { pickCheckpoint } from './pickCheckpoint';

/** Evaluates a checkpoint on the test set, opens its panel with the result, and announces the accuracy. */
export async function evaluateCheckpoint(services: Services, target: unknown): Promise<void> {
  requireTrust('Evaluating');
  const uri = await pickCheckpoint(services, target);
  if (!uri) return;
  const evaluation = await measure(services, uri);
  await services.panels.showEvaluation(uri, evaluation);
  // The panel is in front: words that go by themselves are enough.
  void vscode.window.showInformationMessage(evaluationSummary(uri, evaluation));
}

async function measure({ engine, datasets, evaluations }: Services, uri: vscode.Uri): Promise<Evaluation> {
  const inspection = await engine.call('inspect', { model: uri.fsPath });
  if (inspection.notRunnable !== undefined) throw new UserError(inspection.notRunnable);
  if (datasets.for(inspection) === undefined) await pickData(datasets);
  const data = datasets.for(inspection);
  if (data === undefined) throw new CancelledError();
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Evaluating {0}', modelLabel(uri.fsPath)),
    cancellable: true,
  };
  return vscode.window.withProgress(options, (bar, token) => {
    let shown = 0;
    return evaluations.measure(uri.fsPath, data, {
      signal: cancellable(token),
      onProgress: (progress) => {
        const now = share(progress) * 100;
        bar.report({ message: progressText(progress), increment: Math.max(0, now - shown) });
        shown = Math.max(shown, now);
      },
    });
  });
}
