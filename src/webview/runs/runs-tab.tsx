import { t } from '../../protocol/l10n';
import { QuestionState } from '../question/question-state';
import { ask } from '../state/host';
import { ownRuns, ownTable, readingOwn } from './own-runs';
import { RunWork } from './run-work';

/** The runs that began with the open checkpoint, and the one that wrote it. */
export function RunsTab() {
  const known = ownRuns.value;
  if (known === null) return <Reading />;
  if (known.length === 0)
    return (
      <p class="empty" data-testid="no-runs">
        {t('No run began with this checkpoint yet: prune it, or run a recipe.')}
      </p>
    );
  return (
    <>
      {readingOwn.problem.value !== null && <Reading />}
      <RunWork
        table={ownTable}
        label={t('Runs of this checkpoint')}
        onOpen={(path) => ask('openCheckpoint', { path })}
      />
    </>
  );
}

const Reading = () => <QuestionState asked={readingOwn} stage={t('Reading the runs')} testId="own-runs-problem" />;
