import assert from 'node:assert/strict';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import type { SecateurApi, SecateurTestApi } from '../../../../src/extension/api';

/** The extension under test, activated. */
export async function secateur(): Promise<SecateurTestApi> {
  const extension = vscode.extensions.getExtension<SecateurApi>('secateur.secateur');
  assert.ok(extension, 'not installed');
  return (await extension.activate()).testApi();
}

/** The folder of the unpacked package of the extension. */
export function installedFolder(): string {
  const extension = vscode.extensions.getExtension('secateur.secateur');
  assert.ok(extension, 'not installed');
  return extension.extensionPath;
}

/** A path in the workspace that the host has opened. */
export function inWorkspace(...parts: string[]): string {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  assert.ok(folder, 'no workspace');
  return path.join(folder.uri.fsPath, ...parts);
}

/** The shipped checkpoint and data, as the host has copied them into the workspace. */
export const sampleModel = (): string => inWorkspace('samples', 'fashion-cnn', 'model.json');
export const sampleData = (): string => inWorkspace('samples', 'fashion-mnist-sample');

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patience = 20_000): Promise<void> {
  const end = Date.now() + patience;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`It did not come about within ${patience / 1000} s: ${what}`);
    await delay(50);
  }
}

/** The error of a rejected promise. */
export async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => {
      throw new Error('It was expected to fail.');
    },
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}
