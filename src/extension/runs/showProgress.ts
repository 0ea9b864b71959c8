import * as vscode from 'vscode';
import type { RunJob } from './job';
import { progressText, RunBar } from './progressText';

/** Milliseconds between two updates of a notification. */
const PACE = 200;

/** A notification with a bar, rate, time left and a button that cancels, for as long as a run goes on. */
export function showRunProgress(job: RunJob): void {
  const options = { location: vscode.ProgressLocation.Notification, title: job.request.title, cancellable: true };
  void vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      job.cancel();
      progress.report({ message: vscode.l10n.t('stopping after this step') });
    });
    const bar = new RunBar();
    let due = 0;
    let owed = 0;
    const stop = job.events.add((event) => {
      owed += bar.increment(event);
      if (event.kind !== 'progress' || token.isCancellationRequested || Date.now() < due) return;
      due = Date.now() + PACE;
      progress.report({ message: progressText(event.progress), increment: owed });
      owed = 0;
    });
    try {
      await job.finished;
    } finally {
      stop();
    }
  });
}
