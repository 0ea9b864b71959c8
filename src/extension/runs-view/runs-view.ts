import * as vscode from 'vscode';
import { VIEWS } from '../constants';
import { Disposables } from '../disposables';
import type { Listeners } from '../listeners';
import { RunItem } from './run-item';
import type { RunList } from './run-list';

/** Lists the runs of the workspace. It searches when the view is first visible. */
class RunsProvider implements vscode.TreeDataProvider<RunItem> {
  private readonly emitter = new vscode.EventEmitter<RunItem | undefined>();
  readonly onDidChangeTreeData = this.emitter.event;
  /** An item stays the same while its run is there, so that a change of one redraws no other. */
  private items = new Map<string, RunItem>();
  private isShown = false;

  constructor(private readonly list: RunList) {}

  getTreeItem(item: RunItem): RunItem {
    return item;
  }

  async getChildren(item?: RunItem): Promise<RunItem[]> {
    if (item) return [];
    this.isShown = true;
    await this.list.all();
    this.take();
    return [...this.items.values()];
  }

  /** Draws what is different: single items, or all of them where some came or went. */
  refresh(): void {
    if (!this.isShown) return;
    const before = this.items;
    const shown = new Map([...before].map(([folder, { run }]) => [folder, run]));
    this.take();
    const [was, is] = [[...before.keys()], [...this.items.keys()]];
    if (was.join('\n') !== is.join('\n')) this.emitter.fire(undefined);
    else for (const [folder, item] of this.items) if (shown.get(folder) !== item.run) this.emitter.fire(item);
  }

  dispose(): void {
    this.emitter.dispose();
  }

  private take(): void {
    const before = this.items;
    this.items = new Map(
      this.list.now.map((run) => {
        const item = before.get(run.folder) ?? new RunItem(run);
        if (item.run !== run) item.show(run);
        return [run.folder, item];
      }),
    );
  }
}

/** The chosen runs of the view. */
export interface ChosenRuns {
  readonly items: readonly RunItem[];
}

/**
 * Shows the view of the workspace's runs and keeps it up to date.
 * @param refresh fires when a person asks for the current state
 */
export function showRuns(list: RunList, refresh: Listeners<void>): vscode.Disposable & ChosenRuns {
  const own = new Disposables();
  const provider = own.add(new RunsProvider(list));
  const view = own.add(vscode.window.createTreeView(VIEWS.runs, { treeDataProvider: provider, canSelectMany: true }));
  own.add({ dispose: list.changed.add(() => provider.refresh()) });
  own.add({ dispose: refresh.add(() => list.soon()) });
  return {
    get items() {
      return view.selection;
    },
    dispose: () => own.dispose(),
  };
}
