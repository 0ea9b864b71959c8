import * as vscode from 'vscode';
import { progressText, share, type Progress, type RunClock } from '../../protocol/measure/progress';
import { cancellable } from './cancellable';
import { plain } from './plain';

/** The progress of one task or run in a notification: how far it is in percent, and what it does. */
export class ShownProgress {
  private shown = 0;

  constructor(private readonly bar: vscode.Progress<{ message?: string; increment?: number }>) {}

  /** Shows one line without figures. */
  say(message: string): void {
    this.bar.report({ message: plain(message) });
  }

  /** Shows a progress, in a run with the clock of the whole run; the bar never goes back. */
  show(progress: Progress, clock?: RunClock): void {
    const now = (clock?.share ?? share(progress)) * 100;
    this.bar.report({ message: plain(progressText(progress, clock)), increment: Math.max(0, now - this.shown) });
    this.shown = Math.max(this.shown, now);
  }
}

/** The options of a call whose progress a notification shows, and which the person may cancel. */
export interface ShownOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly say: (message: string) => void;
}

/** Shows a notification with progress and a cancel button while `work` goes on. */
export async function withProgressShown<T>(title: string, work: (options: ShownOptions) => Promise<T>): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title: plain(title), cancellable: true };
  return await vscode.window.withProgress(options, (bar, token) => {
    const progress = new ShownProgress(bar);
    return work({
      signal: cancellable(token),
      onProgress: (now) => progress.show(now),
      say: (message) => progress.say(message),
    });
  });
}
