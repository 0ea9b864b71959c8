import * as vscode from 'vscode';
import type { SharedEngine } from '../child/shared-engine';
import { COMMANDS } from '../constants';
import { Disposables } from '../disposables';
import type { RunService } from '../runs/run-service';
import { statusLabel, statusText, statusTooltip, type RunningJob } from './status-text';

/** Milliseconds between two updates while a run goes on. */
const UPDATE_INTERVAL = 500;

/** Shows the engine and the runs in the status bar. It is hidden before either is used. */
export function showStatus(engine: SharedEngine, runs: RunService): vscode.Disposable {
  const own = new Disposables();
  const item = own.add(vscode.window.createStatusBarItem('status', vscode.StatusBarAlignment.Left));
  item.name = 'Secateur';
  item.command = COMMANDS.showLog;
  let timer: NodeJS.Timeout | undefined;

  const update = (): void => {
    timer = undefined;
    const jobs: RunningJob[] = runs.running.map(({ id, request, clock }) => ({
      id,
      title: request.title,
      clock,
    }));
    const tooltip = new vscode.MarkdownString(statusTooltip(engine.state, jobs, COMMANDS), true);
    tooltip.isTrusted = { enabledCommands: [COMMANDS.cancelRun, COMMANDS.showLog, COMMANDS.restartEngine] };
    item.text = statusText(engine.state, jobs);
    item.tooltip = tooltip;
    item.accessibilityInformation = { label: statusLabel(engine.state, jobs) };
    item.backgroundColor =
      engine.state.phase === 'failed' ? new vscode.ThemeColor('statusBarItem.errorBackground') : undefined;
    if (engine.state.phase === 'stopped' && jobs.length === 0 && engine.pid === undefined) item.hide();
    else item.show();
  };
  const soon = (): void => void (timer ??= setTimeout(update, UPDATE_INTERVAL));

  own.add({ dispose: engine.changed.add(update) });
  own.add({
    dispose: runs.started.add((job) => {
      update();
      job.events.add(soon);
    }),
  });
  own.add({ dispose: runs.ended.add(update) });
  own.add({ dispose: () => clearTimeout(timer) });
  update();
  return new vscode.Disposable(() => own.dispose());
}
