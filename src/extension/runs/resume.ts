import { existsSync } from 'node:fs';
import path from 'node:path';
import { t } from '../../protocol/l10n';
import type { ActiveRun, ActiveRuns } from './active-runs';
import type { RunStarter } from './run-starter';
import { tell } from '../ui/say';

/** Offers to resume each run that the end of a window interrupted. Runs without a folder are forgotten. */
export async function offerToResume(activeRuns: ActiveRuns, runStarter: RunStarter): Promise<void> {
  for (const run of activeRuns.list()) {
    if (existsSync(run.out)) void offer(run, activeRuns, runStarter);
    else await activeRuns.remove(run.id);
  }
}

async function offer(run: ActiveRun, activeRuns: ActiveRuns, runStarter: RunStarter): Promise<void> {
  const resume = t('Resume');
  const forget = t('Forget');
  const choice = await tell(
    t('{0} was interrupted when its window closed. Resume it in {1}?', run.title, path.basename(run.out)),
    resume,
    forget,
  );
  // Closing the notification is no answer: the next start asks again.
  if (choice === forget) await activeRuns.remove(run.id);
  else if (choice === resume) runStarter.start({ ...run, resume: true });
}
