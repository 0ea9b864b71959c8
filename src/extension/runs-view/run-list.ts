import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import { isInside } from '../../disk/paths';
import { TELLING_FILE } from '../../disk/find-runs';
import { outcomeOf, readListedRun, startOf, type ListedRun } from '../../disk/read-run';
import { runRow } from '../../disk/run-row';
import { translated } from '../../protocol/l10n';
import { RUN_FILES } from '../../protocol/run-folder';
import { NOTES_FILE } from '../../protocol/run-notes';
import type { RunRow } from '../../protocol/runs-page';
import { Disposables } from '../disposables';
import { Listeners } from '../listeners';
import type { RunService } from '../runs/run-service';
import type { Scanner } from '../scan/scanner';
import { runFigures, runSizes } from './figures';

/** A run of the workspace, without the bulk of its results. */
export interface KnownRun extends Pick<ListedRun, 'folder' | 'state' | 'problem' | 'recipe' | 'model'> {
  readonly row: RunRow;
  /** Its figures in a line, and further lines of a tooltip. */
  readonly figures: string;
  readonly lines: readonly string[];
  /** True where tags and note cannot be read. */
  readonly hasBrokenNotes: boolean;
}

/** Another file on which a run depends, and whether it was there. */
interface OtherFile {
  readonly file: string;
  readonly isThere: boolean;
}

/** A read run, and the state of its files just before. */
interface Read {
  readonly marks: string;
  readonly run: KnownRun | undefined;
  readonly others: readonly OtherFile[];
}

/** The most runs that are listed. */
const MOST = 2000;
/** Milliseconds in which changes of files are gathered: a running run writes often. */
const GATHER = 700;
/** The files whose change is noticed; every epoch appends to the journal, so only its coming and going is. */
const OF_RUN = Object.values(RUN_FILES);
const FILES = [...OF_RUN, NOTES_FILE, 'model.json'];

/** A path as the workspace names it. */
export const nameOf = (file: string): string => vscode.workspace.asRelativePath(file);

/** The runs of the workspace, kept up to date from the first question on. Only runs whose files changed are read again. */
export class RunList implements vscode.Disposable {
  /** Fires when a run is new, gone or different, and for nothing else. */
  readonly changed = new Listeners<void>();
  private readonly own = new Disposables();
  private readonly read = new Map<string, Read>();
  private known: readonly KnownRun[] = [];
  private going: Promise<void> = Promise.resolve();
  private next: Promise<void> | undefined;
  private isIdle = true;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly runs: Pick<RunService, 'running' | 'started' | 'ended'>,
    scanner: Pick<Scanner, 'onDidChange'>,
  ) {
    const soon = (): void => this.soon();
    const names = FILES.map((name) => path.posix.basename(name)).join(',');
    const watcher = this.own.add(vscode.workspace.createFileSystemWatcher(`**/{${names}}`));
    for (const event of [watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete]) this.own.add(event(soon));
    const folders = this.own.add(vscode.workspace.createFileSystemWatcher(`**/${TELLING_FILE}`, false, true));
    for (const event of [folders.onDidCreate, folders.onDidDelete]) this.own.add(event(soon));
    this.own.add(vscode.workspace.onDidChangeWorkspaceFolders(soon));
    // The watcher does not name the files of a folder that was deleted or moved as a whole; the scan finds out.
    this.own.add(scanner.onDidChange(soon));
    this.own.add({ dispose: runs.started.add(soon) });
    this.own.add({ dispose: runs.ended.add(soon) });
  }

  /** The runs by folder, as far as they were read last. */
  get now(): readonly KnownRun[] {
    return this.known;
  }

  /** Reads what changed, and returns all runs by folder. */
  async all(): Promise<readonly KnownRun[]> {
    // A reading that goes on may have passed a file that changed since, so a question waits for the one after it.
    await (this.next ??= this.going
      .catch(() => undefined)
      .then(() => {
        this.next = undefined;
        return (this.going = this.refresh());
      }));
    return this.known;
  }

  /** The run in this folder, as it is now. */
  async find(folder: string): Promise<KnownRun | undefined> {
    return (await this.all()).find((run) => run.folder === folder);
  }

  /** Reads again after a moment, if anybody has asked yet. */
  soon(): void {
    if (this.isIdle) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.all();
    }, GATHER);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.own.dispose();
  }

  private async refresh(): Promise<void> {
    this.isIdle = false;
    const files = await vscode.workspace.findFiles(`**/${TELLING_FILE}`, '**/node_modules/**', MOST);
    const folders = new Set(files.filter(({ scheme }) => scheme === 'file').map((uri) => path.dirname(uri.fsPath)));
    const going = new Set(this.runs.running.map(({ request }) => request.out));
    for (const folder of this.read.keys()) if (!folders.has(folder)) this.read.delete(folder);
    await Promise.all([...folders].map((folder) => this.readIfChanged(folder, going.has(folder))));
    const runs = [...this.read.values()].flatMap(({ run }) => run ?? []);
    runs.sort((a, b) => a.folder.localeCompare(b.folder, 'en', { numeric: true }));
    const isSame = runs.length === this.known.length && runs.every((run, i) => run === this.known[i]);
    this.known = runs;
    if (!isSame) this.changed.fire();
  }

  private async readIfChanged(folder: string, isRunning: boolean): Promise<void> {
    const before = this.read.get(folder);
    // Marks from before the reading: a file that is written meanwhile is read the next time.
    const { marks, changed } = await marksOf(folder, isRunning);
    if (before && before.marks === marks && before.others.every(({ file, isThere }) => existsSync(file) === isThere))
      return;
    const listed = await readListedRun(folder, isRunning);
    const run = listed && knownOf(listed, changed);
    // A run that looks the same stays the same object, so that nothing of it is drawn again.
    const isSame = JSON.stringify(run) === JSON.stringify(before?.run);
    this.read.set(folder, {
      marks,
      run: isSame ? before?.run : run,
      others: listed && run ? othersOf(listed, run) : [],
    });
  }
}

function knownOf(run: ListedRun, changed: number): KnownRun {
  const { folder, state, problem, recipe, model, result, notes } = run;
  const sizes = runSizes(run);
  return {
    ...{ folder, state, problem, recipe, model },
    row: runRow(run, nameOf, changed),
    figures: runFigures(run),
    lines: [...(sizes === undefined ? [] : [sizes]), ...(result?.advice ?? []).map(translated)],
    hasBrokenNotes: notes === 'broken',
  };
}

/** True for a run that began with this checkpoint or wrote it, on its way or at its end. */
export const concerns = ({ folder, row, model }: KnownRun, checkpoint: string): boolean =>
  row.start?.path === checkpoint || model === checkpoint || isInside(checkpoint, folder);

/** The files whose presence a run tells of, as it tells: looked at again, they might have come or gone since. */
function othersOf({ folder, state, recipe, model }: ListedRun, { row }: KnownRun): OtherFile[] {
  const start = startOf(folder, recipe);
  return [
    // A run that goes on does not tell of its outcome.
    ...(state === 'running' ? [] : [{ file: outcomeOf(folder, recipe), isThere: model !== undefined }]),
    ...(start === undefined ? [] : [{ file: start, isThere: row.start?.path != null }]),
  ];
}

/** Sizes and times of the files of a run, and the time of its last change by the run itself. */
async function marksOf(folder: string, isRunning: boolean): Promise<{ marks: string; changed: number }> {
  const states = await Promise.all(FILES.map((name) => stat(path.join(folder, name)).catch(() => undefined)));
  const marks = states.map((info) => (info ? `${info.size} ${info.mtimeMs}` : '-'));
  const changed = Math.max(0, ...states.slice(0, OF_RUN.length).map((info) => info?.mtimeMs ?? 0));
  return { marks: [isRunning, ...marks].join('\n'), changed };
}
