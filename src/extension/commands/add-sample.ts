import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { t } from '../../protocol/l10n';
import { UserError } from '../../protocol/errors';
import type { Panels } from '../panel/panels';
import { freeName } from '../runs/folder-name';
import type { Scanner } from '../scan/scanner';

const SAMPLE = 'fashion-cnn';

/** The services that the command uses. */
export interface SampleTools {
  /** The folder of the extension. */
  readonly extensionUri: vscode.Uri;
  readonly scanner: Scanner;
  readonly panels: Panels;
}

/** Copies the shipped checkpoint into the workspace, where it can be pruned, and opens it. */
export async function addSample({ extensionUri, scanner, panels }: SampleTools): Promise<void> {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!root) throw new UserError(t('No folder is open: open a folder for the sample checkpoint first.'));
  const name = freeName(SAMPLE, (candidate) => existsSync(path.join(root.fsPath, candidate)));
  const target = vscode.Uri.joinPath(root, name);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(extensionUri, 'media', 'samples', SAMPLE), target);
  const model = vscode.Uri.joinPath(target, 'model.json');
  await scanner.look(model.fsPath);
  await panels.show(model);
}
