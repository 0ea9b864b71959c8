import path from 'node:path';
import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import { COMMANDS } from '../constants';
import type { LogWindow } from '../log';
import type { Scanner } from '../scan/scanner';
import { showError } from '../ui/show-error';
import { InterruptedError, type RunJob } from './run-job';
import { runSummary } from './summary';
import { tell, tellFailure } from '../ui/say';

/** The services that an announcement uses. */
export interface AnnouncementTools {
  readonly scanner: Pick<Scanner, 'look'>;
  readonly log: LogWindow;
  /** True once the window is closing: nothing is announced then. */
  readonly isClosing: () => boolean;
}

/**
 * Announces the end of a run and offers what can follow. If a page shows the end (`isShown`), it says so itself: only what a
 * person must answer is asked.
 * @returns true if the person wants to resume it
 */
export async function announceRun(tools: AnnouncementTools, job: RunJob, isShown: () => boolean): Promise<boolean> {
  const outcome = await job.finished;
  const { title } = job.request;
  if (tools.isClosing()) return false;
  if (outcome.kind === 'cancelled') {
    if (!isShown()) void tell(t('{0} was cancelled.', title));
  } else if (outcome.kind === 'failed') {
    return announceFailure(tools.log, job, outcome.error, isShown());
  } else {
    const file = outcome.result.out;
    await tools.scanner.look(file);
    if (!isShown()) await offerResult(runSummary(title, outcome.result), vscode.Uri.file(file));
  }
  return false;
}

async function offerResult(message: string, uri: vscode.Uri): Promise<void> {
  const open = t('Open');
  const evaluate = t('Evaluate');
  const reveal = t('Show in Explorer');
  const choice = await tell(message, open, evaluate, reveal);
  if (choice === open) await vscode.commands.executeCommand(COMMANDS.inspectWeights, uri);
  else if (choice === evaluate) await vscode.commands.executeCommand(COMMANDS.evaluateCheckpoint, uri);
  else if (choice === reveal)
    await vscode.commands.executeCommand(
      vscode.workspace.getWorkspaceFolder(uri) ? 'revealInExplorer' : 'revealFileInOS',
      uri,
    );
}

async function announceFailure(log: LogWindow, job: RunJob, error: unknown, onPage: boolean): Promise<boolean> {
  if (!(error instanceof InterruptedError)) {
    // The run service has logged it, and a page that shows the run shows the error.
    if (onPage) return false;
    const sentence = translated(error instanceof Error ? error.message : String(error));
    showError(
      log,
      error instanceof UserError
        ? new UserError(t('{0} failed: {1}', job.request.title, sentence), { cause: error })
        : error,
    );
    return false;
  }
  const resume = t('Resume');
  const showLog = t('Show Log');
  const choice = await tellFailure(
    t(
      '{0} was interrupted in {1}: {2} Finished work is kept.',
      job.request.title,
      path.basename(job.request.out),
      error.message,
    ),
    resume,
    showLog,
  );
  if (choice === showLog) log.show(true);
  return choice === resume;
}
