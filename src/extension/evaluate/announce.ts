import type * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { Evaluation } from '../../protocol/measure';
import { plural } from '../../protocol/format';
import { metricWords } from '../../protocol/metric';
import { modelLabel } from '../runs/folder-name';
import type { Panels } from '../panel/panels';
import { tell } from '../ui/say';

/** Announces the result of an evaluation; a button opens the panel with all of it. */
export function announceEvaluation(panels: Panels, uri: vscode.Uri, evaluation: Evaluation): void {
  const show = t('Show');
  void tell(evaluationSummary(uri, evaluation), show).then((choice) => {
    if (choice === show) void panels.showEvaluation(uri, evaluation);
  });
}

/** `fashion-cnn: accuracy 91.70% on 10,000 test examples of fashion-mnist, loss 0.231.` */
export function evaluationSummary(uri: vscode.Uri, evaluation: Evaluation): string {
  const { metrics, loss, samples, split, dataset } = evaluation;
  const counted = plural(samples, `${split} example`);
  const examples = dataset.sample
    ? t('{0} of {1} (a sample)', counted, dataset.name)
    : t('{0} of {1}', counted, dataset.name);
  if (metrics[0].name === 'loss') return t('{0}: loss {1} on {2}.', modelLabel(uri.fsPath), loss.toFixed(4), examples);
  return t('{0}: {1} on {2}, loss {3}.', modelLabel(uri.fsPath), metricWords(metrics[0]), examples, loss.toFixed(4));
}
