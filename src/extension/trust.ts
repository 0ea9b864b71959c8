import * as vscode from 'vscode';
import { UserError } from '../protocol/errors';

/**
 * Refuses what runs a model or writes in Restricted Mode. Every request of a page, and every request to an engine, passes
 * here (`Trust` in protocol/table says which of them do so); commands ask at their beginning, before they ask the person.
 * @throws UserError with the one sentence that says so
 */
export function requireTrust(action = 'Running a model or writing a checkpoint'): void {
  if (!vscode.workspace.isTrusted)
    throw new UserError(`${action} is off in Restricted Mode: trust this workspace first.`);
}
