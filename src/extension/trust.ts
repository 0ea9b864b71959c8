import * as vscode from 'vscode';
import { t } from '../protocol/l10n';
import { UserError } from '../protocol/errors';

/**
 * Refuses actions that run a model or write in Restricted Mode. Every request of a page and to an engine calls it (`Trust` in
 * protocol/table declares which requests need it); commands call it before they ask the person anything.
 * @throws UserError in Restricted Mode
 */
export function requireTrust(action = t('Running a model or writing a checkpoint')): void {
  if (!vscode.workspace.isTrusted)
    throw new UserError(t('{0} is off in Restricted Mode: trust this workspace first.', action));
}
