import * as vscode from 'vscode';
import { plain } from './plain';

/** Tells something in a notification; resolves with the button that was pressed. */
export function tell(text: string, ...buttons: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(plain(text), ...buttons);
}

/** Tells a failure in the same way. */
export function tellFailure(text: string, ...buttons: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(plain(text), ...buttons);
}
