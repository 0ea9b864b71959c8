import { t, translated } from '../../protocol/l10n';
import { ShowLog } from '../notices/show-log';
import { Button } from '../ui/button';
import { LinkButton } from '../ui/link';
import { Notice } from '../ui/notice';
import { ProgressBar } from '../ui/progress-bar';
import type { Question } from './question';

/** The progress of a question, or the reason of its failure. */
export function QuestionState<T>({
  asked: { running, problem, ask, cancel },
  stage,
  testId,
}: {
  asked: Question<T>;
  stage: string;
  testId: string;
}) {
  return (
    <>
      {running.value && (
        <div class="running">
          <ProgressBar progress={running.value.progress} stage={running.value.progress?.stage ?? stage} />
          <Button icon="close" onPress={cancel}>
            {t('Cancel')}
          </Button>
        </div>
      )}
      {problem.value !== null && (
        <Notice
          kind="error"
          testId={testId}
          actions={
            <>
              <LinkButton onPress={() => void ask()}>{t('Try again')}</LinkButton>
              <ShowLog />
            </>
          }
        >
          {translated(problem.value)}
        </Notice>
      )}
    </>
  );
}
