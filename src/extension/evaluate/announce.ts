import * as vscode from 'vscode';
import type { Evaluation } from '../../protocol/measure';
import { count } from '../../protocol/format';
import { metricWords } from '../../protocol/metric';
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

/** `fashion-cnn: accuracy 91.70% on 10,000 test examples of fashion-mnist, loss 0.231.` */
export function evaluationSummary(uri: vscode.Uri, evaluation: Evaluation): string {
  const { metrics, loss, samples, split, dataset } = evaluation;
  const examples = `${count(samples)} ${split} examples of ${dataset.name}${dataset.sample ? ' (a sample)' : ''}`;
  if (metrics[0].name === 'loss')
    return vscode.l10n.t('{0}: loss {1} on {2}.', modelLabel(uri.fsPath), loss.toFixed(4), examples);
  return vscode.l10n.t(
    '{0}: {1} on {2}, loss {3}.',
    modelLabel(uri.fsPath),
    metricWords(metrics[0]),
    examples,
    loss.toFixed(4),
  );
}
