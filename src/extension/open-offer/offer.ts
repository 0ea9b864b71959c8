import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import type { Panels } from '../panel/panels';
import type { KeyValueStore } from '../runs/active-runs';
import { modelLabel } from '../runs/folder-name';
import type { Scanner } from '../scan/scanner';
import { tell } from '../ui/say';

/** The services that the offer uses. */
export interface OfferTools {
  readonly scanner: Pick<Scanner, 'checkpoints' | 'whenScanned'>;
  readonly panels: Pick<Panels, 'show' | 'wasShown'>;
  /** Remembers "Don't Ask Again", and that this workspace was asked. */
  readonly everywhere: KeyValueStore;
  readonly workspace: KeyValueStore;
}

const KEY = 'offeredPanel';

/** Offers the panel, once in a workspace, to a person who opens a model.json as text. */
export function offerPanel(tools: OfferTools): vscode.Disposable {
  const look = (editor: vscode.TextEditor | undefined): void => {
    if (editor) void offer(tools, editor.document.uri);
  };
  look(vscode.window.activeTextEditor);
  return vscode.window.onDidChangeActiveTextEditor(look);
}

/** @returns true if the person was asked */
export async function offer({ scanner, panels, everywhere, workspace }: OfferTools, uri: vscode.Uri): Promise<boolean> {
  if (uri.scheme !== 'file' || path.basename(uri.fsPath) !== 'model.json') return false;
  await scanner.whenScanned();
  // A person who knows the panel of this checkpoint has chosen the text.
  if (!scanner.checkpoints.includes(uri.fsPath) || panels.wasShown(uri.fsPath)) return false;
  if (everywhere.get(KEY) === 'never' || workspace.get(KEY) !== undefined) return false;
  await workspace.update(KEY, 'asked');
  const open = t('Open in Secateur');
  const never = t("Don't Ask Again");
  const choice = await tell(
    t('{0} is a neural network: see its layers and weights in Secateur?', modelLabel(uri.fsPath)),
    open,
    never,
  );
  if (choice === never) await everywhere.update(KEY, 'never');
  if (choice === open) await panels.show(uri);
  return true;
}
