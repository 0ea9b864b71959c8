import * as vscode from 'vscode';
import type { Evaluation } from '../../protocol/measure';
import { count, percent } from '../../protocol/format';
import { modelLabel } from '../runs/folder-name';
import type { Panels } from '../panel/panels';
import { tell } from '../ui/say';

/** Announces the result of an evaluation; a button opens the panel with all of it. */
export function announceEvaluation(panels: Panels, uri: vscode.Uri, evaluation: Evaluation): void {
  const show = vscode.l10n.t('Show');
  void tell(evaluationSummary(uri, evaluation), show).then((choice) => {
    if (choice === show) void panels.showEvaluation(uri, evaluation);
  });
}

/** `fashion-cnn: accuracy 91.7% on 10,000 test images of fashion-mnist, loss 0.231.` */
export function evaluationSummary(uri: vscode.Uri, evaluation: Evaluation): string {
  const { accuracy, loss, samples, split, dataset } = evaluation;
  const images = `${count(samples)} ${split} images of ${dataset.name}${dataset.sample ? ' (a sample)' : ''}`;
  return vscode.l10n.t(
    '{0}: accuracy {1} on {2}, loss {3}.',
    modelLabel(uri.fsPath),
    percent(accuracy),
    images,
    loss.toFixed(4),
  );
}
