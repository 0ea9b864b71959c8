import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { RunService } from '../runs/run-service';
import { plain } from '../ui/plain';

/** Cancels a run: the one with this id, the only one, or the one that the person picks. */
export async function cancelRun({ runs }: { runs: RunService }, target: unknown): Promise<void> {
  if (typeof target === 'string') {
    runs.find(target)?.cancel();
    return;
  }
  const { running } = runs;
  const items = running.map((job) => ({ label: plain(job.request.title), description: plain(job.request.out), job }));
  const item = items.length > 1 ? await vscode.window.showQuickPick(items, { placeHolder: t('Which run?') }) : items[0];
  item?.job.cancel();
}
