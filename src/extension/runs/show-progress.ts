import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { RunJob } from './run-job';
import { plain } from '../ui/plain';
import { ShownProgress } from '../ui/shown-progress';

/** Milliseconds between two updates of a notification. */
const UPDATE_INTERVAL = 200;

/** Shows a notification with a bar, rate, time left and a cancel button until the run ends. */
export function showRunProgress(job: RunJob): void {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: plain(job.request.title),
    cancellable: true,
  };
  void vscode.window.withProgress(options, async (bar, token) => {
    const progress = new ShownProgress(bar);
    token.onCancellationRequested(() => {
      job.cancel();
      progress.say(t('Stopping after this step…'));
    });
    let due = 0;
    const stop = job.events.add((event) => {
      if (event.kind !== 'progress' || token.isCancellationRequested || Date.now() < due) return;
      due = Date.now() + UPDATE_INTERVAL;
      progress.show(event.progress, job.clock);
    });
    try {
      await job.finished;
    } finally {
      stop();
    }
  });
}
