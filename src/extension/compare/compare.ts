import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { ComparedPair } from '../../protocol/compare-page';
import { COMMANDS } from '../constants';
import { checkpointItems, checkpointIn, pickCheckpoint } from '../commands/pick-checkpoint';
import { modelLabel } from '../runs/folder-name';
import { foldersOf, modelOfRun, runOf, type TargetTools } from '../runs-view/target';
import type { Scanner } from '../scan/scanner';
import { ComparePanel, type ComparisonTools } from './compare-panel';
import { tell } from '../ui/say';
import { plain } from '../ui/plain';

/** Compares the two selected checkpoints; asks for those that are missing. */
export async function compareCheckpoints(
  tools: ComparisonTools & TargetTools & { scanner: Scanner },
  target: unknown,
  selection: unknown,
): Promise<void> {
  const selected: unknown[] = Array.isArray(selection) && selection.length > 1 ? selection : [target];
  const chosen: string[] = [];
  for (const one of selected) chosen.push(...(await modelOf(tools, one)));
  const [a = (await pickCheckpoint(tools.scanner, undefined))?.fsPath, second] = [...new Set(chosen)];
  if (a === undefined) return;
  const b = second ?? (await pickOther(tools.scanner, a));
  if (b !== undefined) openComparison(tools, { a, b });
}

/** Restores the comparisons that were open when the window closed. */
export function restoreComparisons(tools: ComparisonTools): vscode.Disposable {
  return vscode.window.registerWebviewPanelSerializer(COMMANDS.compare, {
    deserializeWebviewPanel(webviewPanel, state: unknown) {
      const pair = ComparedPair.safeParse(state);
      if (pair.success) new ComparePanel(pair.data, webviewPanel, tools);
      else webviewPanel.dispose();
      return Promise.resolve();
    },
  });
}

function openComparison(tools: ComparisonTools, pair: ComparedPair): void {
  const panel = vscode.window.createWebviewPanel(COMMANDS.compare, t('Comparison'), vscode.ViewColumn.Active);
  new ComparePanel(pair, panel, tools);
}

/** The checkpoint of a command's target: a file, or a run. */
async function modelOf(tools: TargetTools, target: unknown): Promise<string[]> {
  if (target instanceof vscode.Uri) return [checkpointIn(target).fsPath];
  return foldersOf([target]).length > 0 ? [modelOfRun(await runOf(tools, target))] : [];
}

async function pickOther(scanner: Scanner, a: string): Promise<string | undefined> {
  await scanner.whenScanned();
  const others = scanner.checkpoints.filter((file) => file !== a);
  if (others.length === 0) {
    void tell(t('There is no other checkpoint in this workspace to compare with.'));
    return undefined;
  }
  const item = await vscode.window.showQuickPick(checkpointItems(others), {
    placeHolder: plain(t('Compare {0} with which checkpoint?', modelLabel(a))),
    matchOnDescription: true,
  });
  return item?.file;
}
