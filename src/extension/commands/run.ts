import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { SharedEngine } from '../child/shared-engine';
import { openRunsChart } from '../runs-chart/runs-chart';
import { compareCheckpoints } from '../compare/compare';
import type { ComparisonTools } from '../compare/compare-panel';
import { COMMANDS } from '../constants';
import { pickData } from '../data/pick-data';
import { useData } from './use-data';
import type { Listeners } from '../listeners';
import type { LogWindow } from '../log';
import type { RunService } from '../runs/run-service';
import { deleteRun, renameRun, type FolderTools } from '../runs-view/change-folder';
import { evaluateRun, openRun, resumeRun, revealRun } from '../runs-view/commands';
import type { RunList } from '../runs-view/run-list';
import type { Scanner } from '../scan/scanner';
import { requireTrust } from '../trust';
import { showError } from '../ui/show-error';
import { addSample, type SampleTools } from './add-sample';
import { cancelRun } from './cancel-run';
import { exportCommands } from '../exports/commands';
import { evaluateCheckpoint, type EvaluationTools } from './evaluate';
import { pickCheckpoint, shownCheckpoint } from './pick-checkpoint';
import { runRecipe, type RecipeTools } from './run-recipe';
import { trainModel, type TrainingTools } from './train';
import { tell } from '../ui/say';

/** `selection`: all selected items of the tree that contains `target`. */
type Command = (target: unknown, selection: unknown) => Promise<void>;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

/** The services that the commands use. */
export interface CommandTools
  extends SampleTools, EvaluationTools, TrainingTools, RecipeTools, FolderTools, Omit<ComparisonTools, 'engine'> {
  // Several features need a part of these.
  readonly scanner: Scanner;
  readonly runList: RunList;
  readonly log: LogWindow;
  readonly engine: SharedEngine;
  readonly runs: RunService;
  /** Fired when a person asks for the current list of runs. */
  readonly refreshRuns: Listeners<void>;
}

async function openPanel({ scanner, engine, panels }: CommandTools, target: unknown, part: 'prune' | 'weights') {
  const uri = await pickCheckpoint(scanner, target);
  if (!uri) return;
  // The engine comes up while VS Code makes the editor.
  engine.warm();
  await panels.show(uri, { part });
}

const commandTable = (tools: CommandTools): Readonly<Record<CommandId, Command>> => ({
  [COMMANDS.pruneModel]: async (target) => {
    requireTrust(t('Pruning'));
    await openPanel(tools, target, 'prune');
  },
  [COMMANDS.inspectWeights]: (target) => openPanel(tools, target, 'weights'),
  [COMMANDS.evaluateCheckpoint]: (target) => evaluateCheckpoint(tools, target),
  [COMMANDS.trainModel]: () => trainModel(tools),
  [COMMANDS.runRecipe]: (target) => runRecipe(tools, target),
  [COMMANDS.chooseData]: async () => {
    requireTrust(t('Measuring accuracy'));
    await pickData(tools, shownCheckpoint()?.fsPath);
  },
  [COMMANDS.useData]: (target) => useData(tools, target),
  [COMMANDS.addSample]: () => addSample(tools),
  [COMMANDS.compare]: (target, selection) => compareCheckpoints(tools, target, selection),
  [COMMANDS.chartRuns]: () => openRunsChart(tools),
  [COMMANDS.openRun]: (target) => openRun(tools, target),
  [COMMANDS.revealRun]: (target) => revealRun(tools, target),
  [COMMANDS.evaluateRun]: (target) => evaluateRun(tools, target),
  [COMMANDS.renameRun]: (target) => renameRun(tools, target),
  [COMMANDS.deleteRun]: (target) => deleteRun(tools, target),
  [COMMANDS.resumeRun]: (target) => resumeRun(tools, target),
  [COMMANDS.refreshRuns]: () => {
    tools.refreshRuns.fire();
    return Promise.resolve();
  },
  [COMMANDS.cancelRun]: (target) => cancelRun(tools, target),
  ...exportCommands,
  [COMMANDS.showLog]: () => {
    tools.log.show(true);
    return Promise.resolve();
  },
  [COMMANDS.restartEngine]: async () => {
    const { backend } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: t('Restarting the engine') },
      () => tools.engine.restart(),
    );
    void tell(t('The engine runs again: {0} {1}, {2} threads.', backend.name, backend.version, backend.threads));
  },
});

/** Runs one command; shows a failure as one sentence. */
export type RunCommand = (id: CommandId, target: unknown, selection?: unknown) => Promise<void>;

/** Gives the commands the services that they use. */
export function commandRunner(tools: CommandTools): RunCommand {
  const table = commandTable(tools);
  return async (id, target, selection) => {
    try {
      await table[id](target, selection);
    } catch (error) {
      showError(tools.log, error);
    }
  };
}
