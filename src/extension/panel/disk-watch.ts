import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../disposables';
import { fingerprint, type Fingerprint } from './fingerprint';

/** Milliseconds in which changes are gathered: a checkpoint is several files, replaced one after another. */
const GATHER = 300;
/**
 * Milliseconds after which newly watched files are checked again. The editor's watchers take a while to start, seconds on a
 * busy machine, and miss earlier changes.
 */
const STARTED = [2_000, 10_000];

export type DiskChange = 'changed' | 'gone';

/** Watches model.json and its shards for changes since they were last read. */
export class DiskWatch implements vscode.Disposable {
  private shown: string | undefined;
  private said: string | undefined;
  private watched = '';
  private watchers = new Disposables();
  private timer: NodeJS.Timeout | undefined;
  private disposed = false;

  constructor(
    private readonly model: string,
    private readonly tell: (change: DiskChange) => void,
  ) {}

  /** Takes the current state of the disk as the shown state. */
  async take(): Promise<Fingerprint | null> {
    const now = await fingerprint(this.model);
    this.shown = now?.text;
    this.said = now?.text;
    this.watch(now?.files ?? [this.model]);
    return now;
  }

  /** Compares the disk with the shown state, and reports each difference once. */
  async check(): Promise<void> {
    const now = await fingerprint(this.model);
    if (this.disposed || this.shown === undefined) return;
    const text = now?.text ?? 'gone';
    if (text === this.said) return;
    this.said = text;
    this.tell(now ? 'changed' : 'gone');
  }

  /** Reports a difference again, to a page that missed it. */
  repeat(): Promise<void> {
    this.said = this.shown;
    return this.check();
  }

  dispose(): void {
    this.disposed = true;
    clearTimeout(this.timer);
    this.watchers.dispose();
  }

  private watch(files: readonly string[]): void {
    const folders = [...new Set(files.map((file) => path.dirname(file)))].sort();
    if (this.disposed || folders.join('\n') === this.watched) return;
    this.watched = folders.join('\n');
    this.watchers.dispose();
    this.watchers = new Disposables();
    const touched = (): void => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.check(), GATHER);
    };
    for (const folder of folders) {
      const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), '*');
      const watcher = this.watchers.add(vscode.workspace.createFileSystemWatcher(pattern));
      for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) event(touched);
    }
    // Only the folder above reports the end of a whole folder.
    const above = this.watchers.add(
      vscode.workspace.createFileSystemWatcher(
        new vscode.RelativePattern(vscode.Uri.file(path.dirname(path.dirname(this.model))), '*'),
      ),
    );
    above.onDidDelete(touched);
    above.onDidCreate(touched);
    // Some drives report no change. A person who changed files elsewhere returns to this window.
    this.watchers.add(vscode.window.onDidChangeWindowState(({ focused }) => focused && touched()));
    for (const wait of STARTED) {
      const timer = setTimeout(() => void this.check(), wait);
      this.watchers.add({ dispose: () => clearTimeout(timer) });
    }
  }
}
