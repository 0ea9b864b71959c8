import * as vscode from 'vscode';
import { compareCheckpoints } from '../compare/compare';
import { COMMANDS } from '../constants';
import { pickData } from '../data/pick-data';
import { openRun, resumeRun, revealRun } from '../runs-view/commands';
import type { Services } from '../services';
import { requireTrust } from '../trust';
import { showError } from '../ui/show-error';
import { addSample } from './add-sample';
import { cancelRun } from './cancel-run';
import { evaluateCheckpoint } from './evaluate';
import { pickCheckpoint } from './pick-checkpoint';
import { runRecipe } from './run-recipe';
import { trainModel } from './train';
import { tell } from '../ui/say';

/** `selection`: everything that is selected in the tree that `target` is in. */
type Command = (services: Services, target: unknown, selection: unknown) => Promise<void>;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

const TABLE: Readonly<Record<CommandId, Command>> = {
  [COMMANDS.pruneModel]: async (services, target) => {
    requireTrust('Pruning');
    const uri = await pickCheckpoint(services, target);
    if (uri) await services.panels.show(uri, { part: 'prune' });
  },
  [COMMANDS.inspectWeights]: async (services, target) => {
    const uri = await pickCheckpoint(services, target);
    if (uri) await services.panels.show(uri, { part: 'weights' });
  },
  [COMMANDS.evaluateCheckpoint]: evaluateCheckpoint,
  [COMMANDS.trainModel]: trainModel,
  [COMMANDS.runRecipe]: runRecipe,
  [COMMANDS.chooseData]: async ({ datasets }) => {
    requireTrust('Measuring accuracy');
    await pickData(datasets);
  },
  [COMMANDS.addSample]: addSample,
  [COMMANDS.compare]: compareCheckpoints,
  [COMMANDS.openRun]: openRun,
  [COMMANDS.revealRun]: revealRun,
  [COMMANDS.resumeRun]: resumeRun,
  [COMMANDS.refreshRuns]: ({ refreshRuns }) => {
    refreshRuns.fire();
    return Promise.resolve();
  },
  [COMMANDS.cancelRun]: cancelRun,
  [COMMANDS.showLog]: ({ log }) => {
    log.show(true);
    return Promise.resolve();
  },
  [COMMANDS.restartEngine]: async ({ engine }) => {
    const { backend } = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: vscode.l10n.t('Restarting the engine') },
      () => engine.restart(),
    );
    void tell(
      vscode.l10n.t('The engine runs again: {0} {1}, {2} threads.', backend.name, backend.version, backend.threads),
    );
  },
};

/** Runs a command; what it fails with is shown as one sentence. */
export async function runCommand(
  services: Services,
  id: CommandId,
  target: unknown,
  selection?: unknown,
): Promise<void> {
  try {
    await TABLE[id](services, target, selection);
  } catch (error) {
    showError(services.log, error);
  }
}
