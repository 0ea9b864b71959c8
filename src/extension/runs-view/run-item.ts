import path from 'node:path';
import * as vscode from 'vscode';
import { t, translated } from '../../protocol/l10n';
import { COMMANDS } from '../constants';
import { runFigures, runSizes, stateWords } from './figures';
import type { ListedRun } from '../../disk/read-run';
import { plain } from '../ui/plain';

const ICONS: Readonly<Record<ListedRun['state'], string>> = {
  finished: 'pass',
  unfinished: 'debug-pause',
  damaged: 'warning',
  running: 'sync~spin',
};

/** A run in the tree. */
export class RunItem extends vscode.TreeItem {
  constructor(readonly run: ListedRun) {
    super(plain(path.basename(run.folder)));
    const figures = plain(runFigures(run));
    this.id = run.folder;
    this.description = figures;
    this.contextValue = run.state;
    this.iconPath = new vscode.ThemeIcon(ICONS[run.state]);
    const steps = run.recipe?.steps.map(({ step }) => step).join(', ');
    this.tooltip = [
      vscode.workspace.asRelativePath(run.folder),
      run.problem === undefined ? figures : translated(run.problem),
      runSizes(run),
      ...(run.result?.advice ?? []).map(translated),
      steps,
    ]
      .flatMap((line) => (line === undefined || line === '' ? [] : [plain(line)]))
      .join('\n');
    this.accessibilityInformation = {
      label: [plain(path.basename(run.folder)), stateWords(run.state), figures].join(t(', ')),
    };
    if (run.model !== undefined) this.command = { command: COMMANDS.openRun, title: t('Open'), arguments: [this] };
  }
}

export const isRunItem = (value: unknown): value is RunItem => value instanceof RunItem;
