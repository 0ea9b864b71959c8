import { t, translated } from '../../protocol/l10n';
import { cancelEvaluation, evaluate } from '../state/actions';
import { cannotEvaluate, evaluating, evaluation, evaluationProblem, panel } from '../state/session';
import { ShowLog } from '../notices/show-log';
import { Button } from '../ui/button';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import { RecordedRun } from '../results/recorded';
import { EvaluationCard } from './evaluation-card';

/** The last evaluation, the one that goes on, or how to make one. */
export function EvaluationTab() {
  const running = evaluating.value;
  return (
    <>
      {running && (
        <div class="running">
          <ProgressBar
            progress={running.progress}
            stage={running.progress?.stage ?? t('Evaluating')}
            testId="evaluation-progress"
          />
          <Button icon="close" onPress={cancelEvaluation} label={t('Cancel the evaluation')}>
            {t('Cancel')}
          </Button>
        </div>
      )}
      {evaluationProblem.value !== null && (
        <Notice kind="error" actions={<ShowLog />} testId="evaluation-problem">
          {translated(evaluationProblem.value)}
        </Notice>
      )}
      {evaluation.value && <EvaluationCard />}
      <RecordedRun />
      {!evaluation.value && !running && <NotEvaluated />}
    </>
  );
}

function NotEvaluated() {
  const why = cannotEvaluate.value;
  return (
    <div class="empty">
      <p>
        {why !== null
          ? translated(why)
          : panel.value?.results?.metrics
            ? t('These figures are those of its run. Evaluate the weights again to see the answers behind them.')
            : t('These weights were not evaluated yet: loss and metrics, such as accuracy, on the test examples.')}
      </p>
      {why === null && (
        <Button icon="play" onPress={() => void evaluate()} testId="evaluate-here">
          {t('Evaluate')}
        </Button>
      )}
    </div>
  );
}
