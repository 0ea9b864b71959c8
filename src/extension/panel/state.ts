import * as vscode from 'vscode';
import { readRunOf } from '../../disk/read-run';
import { t } from '../../protocol/l10n';
import type { Inspection } from '../../protocol/model';
import type { PanelState } from '../../protocol/panel';
import { settings } from '../settings';
import { keptAdvice } from './advise-in-panel';
import { earlierPlans } from './earlier-plans';
import type { OpenCheckpoint } from './open-checkpoint';
import { recordedResults } from './recorded-results';
import type { PanelTools } from './tools';

/** Everything that the page draws. */
export async function panelState(
  panel: OpenCheckpoint,
  inspection: Inspection,
  {
    datasets,
    evaluations,
    normalizations,
    storageFolder,
  }: Pick<PanelTools, 'datasets' | 'evaluations' | 'normalizations' | 'storageFolder'>,
): Promise<PanelState> {
  const trusted = vscode.workspace.isTrusted;
  const reference = datasets.for(inspection);
  const data = trusted ? datasets.describe(reference) : { problem: t('Accuracy is off in Restricted Mode.') };
  const used = trusted && reference !== undefined ? normalizations.applied(inspection, reference) : reference;
  const pixels = used === undefined ? undefined : normalizations.known(inspection, used);
  const run = panel.run.asked;
  const written = await readRunOf(panel.model);
  const plans = written && earlierPlans(written);
  const results = written && recordedResults(written, inspection);
  return {
    inspection,
    trusted,
    dataset: data.info ?? null,
    ...(data.problem === undefined ? {} : { datasetProblem: data.problem }),
    normalization: pixels?.kind === 'found' ? pixels.normalization : null,
    ...(pixels?.kind === 'undecided' ? { normalizationProblem: pixels.sentence } : {}),
    previewSamples: settings.previewSamples(),
    evaluation: await evaluations.kept(inspection.weightsHash, used),
    advice: await keptAdvice(storageFolder, inspection.weightsHash, used),
    ...(run ? { run } : {}),
    ...(plans ? { plans } : {}),
    ...(results ? { results } : {}),
  };
}
