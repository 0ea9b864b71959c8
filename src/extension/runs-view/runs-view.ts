import * as vscode from 'vscode';
import { VIEWS } from '../constants';
import { Disposables } from '../disposables';
import type { Listeners } from '../listeners';
import type { RunService } from '../runs/run-service';
import { listRuns } from './list-runs';
import { RunItem } from './run-item';

/** Milliseconds in which changes of files are gathered: a running run writes often. */
const GATHER = 700;

/** Lists the runs of the workspace. It searches when the view is first visible. */
class RunsProvider implements vscode.TreeDataProvider<RunItem> {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.emitter.event;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly runs: RunService) {}

  getTreeItem(item: RunItem): RunItem {
    return item;
  }

  async getChildren(item?: RunItem): Promise<RunItem[]> {
    if (item) return [];
    return (await listRuns(this.runs)).map((run) => new RunItem(run));
  }

  /** Reads the runs again after a moment. */
  soon(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.emitter.fire();
    }, GATHER);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.emitter.dispose();
  }
}

/**
 * Shows the view of the workspace's runs and keeps it up to date.
 * @param refresh fires when a person asks for the current state
 */
export function showRuns(runs: RunService, refresh: Listeners<void>): vscode.Disposable {
  const own = new Disposables();
  const provider = own.add(new RunsProvider(runs));
  own.add(vscode.window.createTreeView(VIEWS.runs, { treeDataProvider: provider, canSelectMany: true }));
  const watcher = own.add(
    vscode.workspace.createFileSystemWatcher('**/{journal.jsonl,results.json,recipe.json,state.json,model.json}'),
  );
  for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) event(() => provider.soon());
  own.add(vscode.workspace.onDidChangeWorkspaceFolders(() => provider.soon()));
  own.add({ dispose: runs.started.add(() => provider.soon()) });
  own.add({ dispose: runs.ended.add(() => provider.soon()) });
  own.add({ dispose: refresh.add(() => provider.soon()) });
  return new vscode.Disposable(() => own.dispose());
}
