import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { Answers, AnswersQuestion } from '../../protocol/measure/answers';
import type { HandlerContext } from '../../rpc/peer';
import type { OpenCheckpoint } from './open-checkpoint';
import type { PanelTools } from './tools';

/** Asks the panel's checkpoint for some answers on the split that an evaluation measures. @throws UserError, CancelledError */
export async function answersInPanel(
  panel: OpenCheckpoint,
  { engine }: Pick<PanelTools, 'engine'>,
  question: AnswersQuestion,
  { signal, report }: HandlerContext<Progress>,
): Promise<Answers> {
  await panel.settleNormalization(signal, report);
  const { model, data } = panel;
  if (data === undefined) throw new UserError(t('No dataset is chosen: choose one, and evaluate again.'));
  return engine.call('answers', { model, data, ...question }, { signal, onProgress: report });
}
