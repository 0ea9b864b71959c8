import type * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { CancelledError, UserError } from '../../protocol/errors';
import type { Evaluation } from '../../protocol/measure';
import type { SharedEngine } from '../child/shared-engine';
import type { Normalizations } from '../data/normalizations';
import { pickData, type DataTools } from '../data/pick-data';
import { settledData } from '../data/pick-normalization';
import { evaluationSummary } from '../evaluate/announce';
import type { Evaluations } from '../evaluate/evaluations';
import type { Panels } from '../panel/panels';
import { modelLabel } from '../runs/folder-name';
import type { Scanner } from '../scan/scanner';
import { requireTrust } from '../trust';
import { pickCheckpoint } from './pick-checkpoint';
import { tell } from '../ui/say';
import { withProgressShown } from '../ui/shown-progress';

/** The services that the command uses. */
export interface EvaluationTools extends DataTools {
  readonly scanner: Scanner;
  readonly engine: Pick<SharedEngine, 'call'>;
  readonly normalizations: Normalizations;
  readonly evaluations: Evaluations;
  readonly panels: Panels;
}

/** Evaluates a checkpoint on the test set, in its panel, and announces the accuracy. */
export async function evaluateCheckpoint(tools: EvaluationTools, target: unknown): Promise<void> {
  requireTrust(t('Evaluating'));
  const uri = await pickCheckpoint(tools.scanner, target);
  if (!uri) return;
  const evaluation = await measure(tools, uri);
  await tools.panels.showEvaluation(uri, evaluation);
  // The panel shows the figures, so the message needs no button.
  void tell(evaluationSummary(uri, evaluation));
}

/** Evaluates with visible progress. The panel opens before any question, so that the person sees which model it is about. */
async function measure(
  { engine, datasets, dataPages, normalizations, evaluations, panels }: EvaluationTools,
  uri: vscode.Uri,
): Promise<Evaluation> {
  const title = t('Evaluating {0}', modelLabel(uri.fsPath));
  return await withProgressShown(title, async ({ signal, onProgress, say }) => {
    say(t('reading the checkpoint'));
    await panels.show(uri);
    const inspection = await engine.call('inspect', { model: uri.fsPath }, { signal, onProgress });
    if (inspection.notRunnable !== undefined) throw new UserError(inspection.notRunnable);
    if (datasets.for(inspection) === undefined) {
      say(t('choosing a dataset'));
      await pickData({ datasets, dataPages }, uri.fsPath);
    }
    const chosen = datasets.for(inspection);
    if (chosen === undefined) throw new CancelledError();
    const data = await settledData(normalizations, inspection, chosen, { signal, onProgress });
    return evaluations.measure(uri.fsPath, data, { signal, onProgress });
  });
}
