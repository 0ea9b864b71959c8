import { t } from '../../protocol/l10n';
import { CancelledError } from '../../protocol/errors';
import type { Evaluation, Progress } from '../../protocol/measure';
import type { HandlerContext } from '../../rpc/peer';
import { pickData } from '../data/pick-data';
import { announceEvaluation } from '../evaluate/announce';
import type { OpenCheckpoint } from './open-checkpoint';
import type { PanelTools } from './tools';

/**
 * Evaluates the checkpoint of a panel. A page that cancels ends the evaluation. While a page is hidden it goes on, and the
 * result is stored and announced.
 */
export async function evaluateInPanel(
  panel: OpenCheckpoint,
  {
    datasets,
    dataPages,
    evaluations,
    panels,
    log,
  }: Pick<PanelTools, 'datasets' | 'dataPages' | 'evaluations' | 'panels' | 'log'>,
  { signal, report }: HandlerContext<Progress>,
  isGone: () => boolean,
): Promise<Evaluation> {
  if (panel.data === undefined) {
    report({ stage: t('Choosing a dataset'), done: 0, total: 0, unit: 'examples', rate: 0, secondsLeft: 0 });
    await pickData({ datasets, dataPages }, panel.model);
  }
  await panel.settleNormalization(signal, report);
  const { data } = panel;
  if (data === undefined) throw new CancelledError();
  const abort = new AbortController();
  signal.addEventListener(
    'abort',
    () => {
      if (!isGone()) abort.abort();
    },
    { once: true },
  );
  try {
    const evaluation = await evaluations.measure(panel.model, data, { signal: abort.signal, onProgress: report });
    if (isGone()) announceEvaluation(panels, panel.uri, evaluation);
    return evaluation;
  } catch (error) {
    if (isGone()) log.error(`The evaluation of ${panel.model} failed while its page was hidden: ${String(error)}`);
    throw error;
  }
}
