import * as vscode from 'vscode';
import { UserError } from '../protocol/errors';

/** The manifest switches these commands off in Restricted Mode; this holds where a command is called all the same. */
export function requireTrust(action: string): void {
  if (!vscode.workspace.isTrusted)
    throw new UserError(`${action} is off in Restricted Mode: trust this workspace first.`);
}
