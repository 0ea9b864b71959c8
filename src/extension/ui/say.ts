import * as vscode from 'vscode';
import { plain } from './plain';

/** Shows a message in a notification; resolves with the pressed button. */
export function tell(text: string, ...buttons: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showInformationMessage(plain(text), ...buttons);
}

/** Shows an error in a notification; resolves with the pressed button. */
export function tellFailure(text: string, ...buttons: readonly string[]): Thenable<string | undefined> {
  return vscode.window.showErrorMessage(plain(text), ...buttons);
}

/** Asks a question that must be answered before anything else; true if the person presses the button. */
export async function confirms(question: string, button: string): Promise<boolean> {
  return (await vscode.window.showWarningMessage(plain(question), { modal: true }, button)) === button;
}
