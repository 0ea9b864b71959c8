import * as vscode from 'vscode';
import { CancelledError } from '../../protocol/errors';
import type { Evaluation } from '../../protocol/measure';
import { pickData } from '../data/pickData';
import { modelLabel } from '../prune/folderName';
import { progressText, share } from '../runs/progressText';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { cancellable } from '../ui/cancellable';
import { count, percent } from '../ui/format';
import { pickCheckpoint } from './pickCheckpoint';

/** Evaluates a checkpoint on the test set, opens its panel with the result, and announces the accuracy. */
export async function evaluateCheckpoint(services: Services, target: unknown): Promise<void> {
  requireTrust('Evaluating');
  const uri = await pickCheckpoint(services, target);
  if (!uri) return;
  const evaluation = await measure(services, uri);
  const label = modelLabel(uri.fsPath);
  await services.panels.showEvaluation(uri, evaluation);
  const show = vscode.l10n.t('Show');
  void vscode.window.showInformationMessage(`${label}: ${evaluationSummary(evaluation)}`, show).then((choice) => {
    if (choice === show) void services.panels.showEvaluation(uri, evaluation);
  });
}

async function measure({ datasets, evaluations }: Services, uri: vscode.Uri): Promise<Evaluation> {
  const data = datasets.chosen ?? (await pickData(datasets), datasets.chosen);
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

/** `accuracy 91.7% on 10,000 test images of Fashion-MNIST, loss 0.231`. */
function evaluationSummary({ accuracy, loss, samples, split, dataset }: Evaluation): string {
  const sample = dataset.sample ? vscode.l10n.t(' (a sample, not for quoting)') : '';
  return vscode.l10n.t(
    'accuracy {0} on {1} {2} images of {3}{4}, loss {5}.',
    percent(accuracy),
    count(samples),
    split,
    dataset.name,
    sample,
    loss.toFixed(4),
  );
}
