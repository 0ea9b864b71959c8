import path from 'node:path';
import * as vscode from 'vscode';
import type { RunService } from '../runs/run-service';
import { TELLING_FILE } from '../../disk/find-runs';
import { readListedRun, type ListedRun } from '../../disk/read-run';

/** The most runs that are listed. */
const MOST = 2000;

/** Reads the runs of the workspace, by folder. */
export async function listRuns({ running }: Pick<RunService, 'running'>): Promise<ListedRun[]> {
  const files = await vscode.workspace.findFiles(`**/${TELLING_FILE}`, '**/node_modules/**', MOST);
  const folders = files.filter(({ scheme }) => scheme === 'file').map((uri) => path.dirname(uri.fsPath));
  const going = new Set(running.map(({ request }) => request.out));
  const runs = await Promise.all(folders.map((folder) => readListedRun(folder, going.has(folder))));
  return runs
    .filter((run): run is ListedRun => run !== undefined)
    .sort((a, b) => a.folder.localeCompare(b.folder, 'en', { numeric: true }));
}
