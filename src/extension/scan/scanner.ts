import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { Disposables } from '../disposables';
import type { Log } from '../log';
import { isInside } from '../../disk/paths';
import { type Kind, kindOfFile } from './classify';
import { excludeGlob, excludePatterns, excluder } from './excludes';
import { Findings } from './findings';
import { eachOf } from './pool';

/** The most files of one workspace folder that are read. */
const MAX_FILES = 20_000;
const WIDTH = 8;
/** Milliseconds in which changes of files are gathered. */
const GATHER = 150;
/** Milliseconds after which a found file is checked again: longer than the watcher delays its reports. */
const SETTLE = 2000;
/** The number of changes at once that starts a full scan. */
const MANY = 500;

/** Names of files that are read: JSON, and packed models. */
const MAY_BE_FOUND = /\.(json|secateur)$/i;

/** Finds the checkpoints and recipes of the workspace by their content, and follows changes on disk. */
export class Scanner implements vscode.Disposable {
  private readonly findings = new Findings();
  private readonly own = new Disposables();
  private readonly emitter = this.own.add(new vscode.EventEmitter<void>());
  readonly onDidChange = this.emitter.event;
  private readonly pending = new Set<string>();
  /** By workspace folder; read again when the settings change. */
  private readonly excluders = new Map<string, (relativePath: string) => boolean>();
  private timer: NodeJS.Timeout | undefined;
  /** Files that were found since the last check. */
  private fresh = new Set<string>();
  private settling: NodeJS.Timeout | undefined;
  private sweep = new AbortController();
  private lastSweep: Promise<void> | undefined;

  constructor(private readonly log: Log) {
    const watcher = this.own.add(vscode.workspace.createFileSystemWatcher('**/*'));
    watcher.onDidCreate((uri) => this.touched(uri));
    watcher.onDidDelete((uri) => this.touched(uri));
    watcher.onDidChange((uri) => {
      if (MAY_BE_FOUND.test(uri.path) || mayBeFolder(uri)) this.touched(uri);
    });
    this.own.add(vscode.workspace.onDidChangeWorkspaceFolders(() => void this.scan()));
    this.own.add(
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (!change.affectsConfiguration('files.exclude') && !change.affectsConfiguration('search.exclude')) return;
        this.excluders.clear();
        void this.scan();
      }),
    );
  }

  get checkpoints(): string[] {
    return this.findings.of('checkpoint');
  }

  get recipes(): string[] {
    return this.findings.of('recipe');
  }

  /** Resolves when the first scan is done. */
  async whenScanned(): Promise<void> {
    let awaited: Promise<void>;
    do await (awaited = this.lastSweep ?? this.scan());
    while (awaited !== this.lastSweep);
  }

  /** Scans the whole workspace. It replaces a scan that is going on. */
  scan(): Promise<void> {
    this.sweep.abort();
    const sweep = (this.sweep = new AbortController());
    const done = this.lookThrough(sweep.signal).catch((error: unknown) => {
      this.log.error(`The scan for checkpoints failed: ${String(error)}`);
    });
    this.lastSweep = done;
    return done;
  }

  /** Reads one file now; a file that was just written need not wait for the watcher. */
  async look(file: string): Promise<void> {
    const kind = this.isHidden(file) ? 'other' : await kindOfFile(file);
    this.fireIf(this.found(file, kind));
  }

  dispose(): void {
    clearTimeout(this.timer);
    clearTimeout(this.settling);
    this.sweep.abort();
    this.own.dispose();
  }

  private async lookThrough(signal: AbortSignal): Promise<void> {
    const start = performance.now();
    const seen = new Set<string>();
    // Files that a change brings during the scan must not be forgotten.
    const before = this.findings.all;
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      for (const file of await this.filesIn(folder.uri, folder)) seen.add(file);
    }
    if (await this.lookAt(seen, signal)) return;
    if (this.findings.retain((file) => seen.has(file) || !before.has(file))) this.emitter.fire();
    const took = Math.round(performance.now() - start);
    this.log.info(
      `Scan: ${this.checkpoints.length} checkpoints and ${this.recipes.length} recipes in ${seen.size} files, ${took} ms`,
    );
  }

  /** @returns true if another scan has replaced this one */
  private async lookAt(files: Iterable<string>, signal: AbortSignal): Promise<boolean> {
    let changed = false;
    const finished = await eachOf(files, WIDTH, signal, async (file) => {
      changed = this.found(file, await kindOfFile(file)) || changed;
    });
    this.fireIf(changed);
    return !finished;
  }

  /**
   * Notes the kind of a file, and checks it again later: it may be deleted since it was read, and the watcher does not report
   * a file that lives for a moment only.
   */
  private found(file: string, kind: Kind): boolean {
    if (kind !== 'other') {
      this.fresh.add(file);
      this.settling ??= setTimeout(() => void this.settle(), SETTLE);
    }
    return this.findings.set(file, kind);
  }

  private async settle(): Promise<void> {
    this.settling = undefined;
    const files = this.fresh;
    this.fresh = new Set();
    await this.forgetGone((file) => files.has(file));
  }

  private fireIf(changed: boolean): void {
    if (changed) this.emitter.fire();
  }

  /** The JSON files and packed models of a folder that no pattern hides. */
  private async filesIn(base: vscode.Uri, folder: vscode.WorkspaceFolder): Promise<string[]> {
    const patterns = patternsOf(folder);
    const isExcluded = this.excluderOf(folder);
    const include = new vscode.RelativePattern(base, '**/*.{[jJ][sS][oO][nN],secateur}');
    const found = await vscode.workspace.findFiles(include, excludeGlob(patterns), MAX_FILES);
    if (found.length === MAX_FILES)
      this.log.warn(
        `${folder.name} holds more than ${MAX_FILES} JSON files and packed models: the others were not read.`,
      );
    return found.map((uri) => uri.fsPath).filter((file) => !isExcluded(relative(file, folder)));
  }

  private isHidden(file: string): boolean {
    const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(file));
    return !folder || this.excluderOf(folder)(relative(file, folder));
  }

  private excluderOf(folder: vscode.WorkspaceFolder): (relativePath: string) => boolean {
    const key = folder.uri.toString();
    const known = this.excluders.get(key) ?? excluder(patternsOf(folder));
    this.excluders.set(key, known);
    return known;
  }

  private touched(uri: vscode.Uri): void {
    if (uri.scheme !== 'file') return;
    this.pending.add(uri.fsPath);
    this.timer ??= setTimeout(() => void this.catchUp(), GATHER);
  }

  private async catchUp(): Promise<void> {
    this.timer = undefined;
    const paths = [...this.pending];
    this.pending.clear();
    const { signal } = this.sweep;
    if (paths.length > MANY) return this.scan();
    const files = new Set<string>();
    let changed = false;
    for (const item of paths) {
      if (this.isHidden(item)) continue;
      const info = await stat(item).catch(() => undefined);
      if (!info) changed = this.findings.remove(item, path.sep) || changed;
      else if (info.isDirectory()) for (const file of await this.filesUnder(item)) files.add(file);
      else if (MAY_BE_FOUND.test(item)) files.add(item);
    }
    this.fireIf(changed);
    await this.lookAt(files, signal);
    // The watcher reports only some files of a folder that lives for a moment.
    const folders = new Set(paths.map((item) => path.dirname(item)));
    await this.forgetGone((file) => folders.has(path.dirname(file)));
  }

  /** Forgets those of some files that no longer exist. */
  private async forgetGone(isMeant: (file: string) => boolean): Promise<void> {
    let changed = false;
    for (const file of this.findings.all) {
      if (!isMeant(file)) continue;
      if (await stat(file).catch(() => undefined)) continue;
      changed = this.findings.remove(file, path.sep) || changed;
    }
    this.fireIf(changed);
  }

  /** A folder that was moved in is one change, not one per file. */
  private async filesUnder(folderPath: string): Promise<string[]> {
    const uri = vscode.Uri.file(folderPath);
    const folder = vscode.workspace.getWorkspaceFolder(uri);
    return folder ? this.filesIn(uri, folder) : [];
  }
}

/** A folder that is deleted and made again at once is reported as a change. */
function mayBeFolder(uri: vscode.Uri): boolean {
  return !path.posix.basename(uri.path).includes('.');
}

function relative(file: string, folder: vscode.WorkspaceFolder): string {
  const root = folder.uri.fsPath;
  return isInside(file, root) ? path.relative(root, file).split(path.sep).join('/') : file;
}

function patternsOf(folder: vscode.WorkspaceFolder): string[] {
  return excludePatterns(
    vscode.workspace.getConfiguration('files', folder).get('exclude'),
    vscode.workspace.getConfiguration('search', folder).get('exclude'),
  );
}
