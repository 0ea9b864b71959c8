import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { COMMANDS, VIEW_TYPE } from '../constants';
import { modelLabel } from '../runs/folder-name';
import { isPartOfRun } from '../../disk/paths';
import type { Scanner } from '../scan/scanner';
import { tell } from '../ui/say';
import { plain } from '../ui/plain';

/**
 * The checkpoint for a command: its target, or one of the workspace that the person picks.
 * @returns undefined if there is none, after a message, or if the person cancels
 */
export async function pickCheckpoint(scanner: Scanner, target: unknown): Promise<vscode.Uri | undefined> {
  if (target instanceof vscode.Uri) return checkpointIn(target);
  const shown = shownCheckpoint();
  const files = await whenScanned(scanner, () => scanner.checkpoints);
  const candidates = [...new Set([...(shown ? [shown.fsPath] : []), ...files])];
  const [first, second] = candidates;
  if (first === undefined) {
    await offerCheckpoints();
    return undefined;
  }
  if (second === undefined) return vscode.Uri.file(first);
  const item = await vscode.window.showQuickPick(checkpointItems(candidates), {
    placeHolder: t('Which checkpoint?'),
    matchOnDescription: true,
  });
  return item?.file === undefined ? undefined : vscode.Uri.file(item.file);
}

/** The checkpoint in a folder with a model.json; any other place as it is. */
export function checkpointIn(target: vscode.Uri): vscode.Uri {
  const inside = path.join(target.fsPath, 'model.json');
  return target.scheme === 'file' && existsSync(inside) ? vscode.Uri.file(inside) : target;
}

/** Checkpoints as items of a list: those of epochs, plans and states of runs come last, below a line. */
export function checkpointItems(files: readonly string[]): (vscode.QuickPickItem & { file?: string })[] {
  const item = (file: string) => ({ ...fileItem(file, modelLabel(file)), file });
  const [own, within] = [files.filter((file) => !isPartOfRun(file)), files.filter(isPartOfRun)];
  const line = { label: t('Epochs and plans of runs'), kind: vscode.QuickPickItemKind.Separator };
  return [...own.map(item), ...(within.length > 0 && own.length > 0 ? [line] : []), ...within.map(item)];
}

/** The recipe for a command: its target, or one of the workspace that the person picks. */
export async function pickRecipe(scanner: Scanner, target: unknown): Promise<vscode.Uri | undefined> {
  if (target instanceof vscode.Uri) return target;
  const files = await whenScanned(scanner, () => scanner.recipes);
  if (files.length === 0) {
    void tell(
      t(
        'There is no recipe in this workspace: use "Copy as recipe" in the panel of a checkpoint and save it in a file that ends in .recipe.json.',
      ),
    );
    return undefined;
  }
  const items = files.map((file) => ({ ...fileItem(file, path.basename(file)), file }));
  const item = await vscode.window.showQuickPick(items, { placeHolder: t('Which recipe?') });
  return item && vscode.Uri.file(item.file);
}

/** The checkpoint of the active panel. */
export function shownCheckpoint(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof vscode.TabInputCustom && input.viewType === VIEW_TYPE ? input.uri : undefined;
}

/** A file as an item of a list. */
export function fileItem(file: string, label: string): vscode.QuickPickItem {
  return { label: plain(label), description: plain(vscode.workspace.asRelativePath(file)) };
}

/** Waits visibly for the first scan, then gives the list. */
async function whenScanned<T>(scanner: Scanner, list: () => T): Promise<T> {
  const options = { location: vscode.ProgressLocation.Window, title: t('Looking for checkpoints') };
  await vscode.window.withProgress(options, () => scanner.whenScanned());
  return list();
}

async function offerCheckpoints(): Promise<void> {
  const choices = {
    [t('Train Model')]: COMMANDS.trainModel,
    [t('Add Sample Checkpoint')]: COMMANDS.addSample,
  };
  const choice = await tell(
    t('There is no TensorFlow.js checkpoint in this workspace: open a folder with one, or make one.'),
    ...Object.keys(choices),
  );
  const command = choice === undefined ? undefined : choices[choice];
  if (command) await vscode.commands.executeCommand(command);
}
