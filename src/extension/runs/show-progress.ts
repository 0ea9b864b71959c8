import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { RunJob } from './run-job';
import { progressText } from '../../protocol/measure/progress';
import { plain } from '../ui/plain';

/** Milliseconds between two updates of a notification. */
const UPDATE_INTERVAL = 200;

/** Shows a notification with a bar, rate, time left and a cancel button until the run ends. */
export function showRunProgress(job: RunJob): void {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plain(job.request.title),
    cancellable: true,
  };
  void vscode.window.withProgress(options, async (progress, token) => {
    token.onCancellationRequested(() => {
      job.cancel();
      progress.report({ message: t('Stopping after this step…') });
    });
    let due = 0;
    let shown = 0;
    const stop = job.events.add((event) => {
      if (event.kind !== 'progress' || token.isCancellationRequested || Date.now() < due) return;
      due = Date.now() + UPDATE_INTERVAL;
      const now = job.clock.share * 100;
      progress.report({ message: plain(progressText(event.progress, job.clock)), increment: Math.max(0, now - shown) });
      shown = Math.max(shown, now);
    });
    try {
      await job.finished;
    } finally {
      stop();
    }
  });
}
