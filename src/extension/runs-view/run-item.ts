import path from 'node:path';
import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import { stateWords } from '../../protocol/runs-page';
import { COMMANDS } from '../constants';
import { plain } from '../ui/plain';
import type { KnownRun } from './run-list';

const ICONS: Readonly<Record<KnownRun['state'], string>> = {
  finished: 'pass',
  unfinished: 'debug-pause',
  damaged: 'warning',
  running: 'sync~spin',
};

/** A run in the tree. */
export class RunItem extends vscode.TreeItem {
  private shown: KnownRun;

  constructor(run: KnownRun) {
    super(plain(path.basename(run.folder)));
    this.id = run.folder;
    this.shown = run;
    this.show(run);
  }

  get run(): KnownRun {
    return this.shown;
  }

  /** Takes over the present state of its run. */
  show(run: KnownRun): void {
    this.shown = run;
    const figures = plain(run.figures);
    this.description = figures;
    this.contextValue = run.state;
    this.iconPath = new vscode.ThemeIcon(ICONS[run.state]);
    const { tags, note, steps } = run.row;
    this.tooltip = [
      vscode.workspace.asRelativePath(run.folder),
      run.problem === undefined ? figures : translated(run.problem),
      ...run.lines,
      steps.join(t(', ')),
      tags.join(t(', ')),
      note,
    ]
      .flatMap((line) => (line === '' ? [] : [plain(line)]))
      .join('\n');
    this.accessibilityInformation = {
      label: [plain(path.basename(run.folder)), stateWords(run.state), figures].join(t(', ')),
    };
    if (run.model === undefined) delete this.command;
    else this.command = { command: COMMANDS.openRun, title: t('Open'), arguments: [this] };
  }
}

export const isRunItem = (value: unknown): value is RunItem => value instanceof RunItem;
