import path from 'node:path';
import * as vscode from 'vscode';
import { BACKENDS, type BackendChoice } from '../protocol/backends';
import { SETTINGS } from './constants';

/** The person's settings, read on use; empty texts count as not set. */
export const settings = {
  /** Folder with Fashion-MNIST, absolute; a relative one starts from the first workspace folder. */
  dataFolder(): string | undefined {
    const value = text(SETTINGS.dataFolder);
    return value === undefined ? undefined : inWorkspace(value);
  },
  /** A module that registers layers, absolute; a relative one starts from the first workspace folder. */
  layers(): string | undefined {
    const value = text(SETTINGS.layers);
    return value === undefined ? undefined : inWorkspace(value);
  },
  previewSamples: (): number => integer(SETTINGS.previewSamples, 1000, 1, 100_000),
  threads: (): number => integer(SETTINGS.threads, 0, 0, 256),
  nodePath: (): string | undefined => text(SETTINGS.nodePath),
  backend(): BackendChoice {
    const value = text(SETTINGS.backend);
    return BACKENDS.find((name) => name === value) ?? 'auto';
  },
  tensorflowPath: (): string | undefined => text(SETTINGS.tensorflowPath),
};

/** True if a change of settings affects a running engine. */
export function concernsEngine(change: vscode.ConfigurationChangeEvent): boolean {
  const { dataFolder, threads, nodePath, backend, tensorflowPath, layers } = SETTINGS;
  return [dataFolder, threads, nodePath, backend, tensorflowPath, layers].some((name) =>
    change.affectsConfiguration(name),
  );
}

function inWorkspace(value: string): string {
  const root = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return path.resolve(root, value.replace(/^\$\{workspaceFolder\}/, root || '.'));
}

function text(name: string): string | undefined {
  const value: unknown = vscode.workspace.getConfiguration().get(name);
  return typeof value === 'string' && value.trim() ? value.trim() : undefined;
}

/** Settings are written by hand: other values become the nearest whole number within the bounds. */
function integer(name: string, fallback: number, low: number, high: number): number {
  const value: unknown = vscode.workspace.getConfiguration().get(name);
  if (typeof value !== 'number' || !Number.isFinite(value)) return fallback;
  return Math.min(high, Math.max(low, Math.round(value)));
}
