import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import { CancelledError, UserError } from '../../protocol/errors';
import { COMMANDS } from '../constants';
import { inDetail, type Log } from '../log';
import { tellFailure } from './say';

/** Shows a failure as one sentence with a button to the log, which has the details. A cancelled task is no failure. */
export function showError(log: Log, error: unknown): void {
  if (error instanceof CancelledError) return;
  log.error(inDetail(error));
  const message = error instanceof Error ? error.message : String(error);
  const sentence =
    error instanceof UserError
      ? translated(message)
      : t('Internal error: {0}. The log has the details.', message.replace(/\.$/, ''));
  offerLog(sentence);
}

/** Shows an error with a "Show Log" button; does not wait for the person. */
export function offerLog(sentence: string): void {
  const showLog = t('Show Log');
  void tellFailure(sentence, showLog).then((choice) => {
    if (choice === showLog) void vscode.commands.executeCommand(COMMANDS.showLog);
  });
}
