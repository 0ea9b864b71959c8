import { existsSync } from 'node:fs';
import path from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../protocol/errors';
import { freeName } from '../job/folder-name';
import type { Services } from '../services';

const SAMPLE = 'fashion-cnn';

/** Copies the checkpoint that ships into the workspace, where it may be pruned beside, and opens it. */
export async function addSample({ context, scanner, panels }: Services): Promise<void> {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!root) throw new UserError('No folder is open: open one first, the sample checkpoint is copied into it.');
  const name = freeName(SAMPLE, (candidate) => existsSync(path.join(root.fsPath, candidate)));
  const target = vscode.Uri.joinPath(root, name);
  await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'media', 'samples', SAMPLE), target);
  const model = vscode.Uri.joinPath(target, 'model.json');
  await scanner.look(model.fsPath);
  await panels.show(model);
}
