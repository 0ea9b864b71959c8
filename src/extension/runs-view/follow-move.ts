import { lstat } from 'node:fs/promises';
import path from 'node:path';
import * as vscode from 'vscode';
import writeFileAtomic from 'write-file-atomic';
import { movedPlace, movedRecipeText, movedResultsText, type Move } from '../../disk/moved-references';
import { isInside } from '../../disk/paths';
import { readOwnFile } from '../../disk/read-run';
import { t, tPlural } from '../../protocol/l10n';
import { RUN_FILES } from '../../protocol/run-folder';
import { inDetail, type Log } from '../log';
import type { ActiveRuns } from '../runs/active-runs';
import { tellFailure } from '../ui/say';

/** The files that may name a folder of a run. */
export interface NamingFiles {
  /** The folders of all runs, before the move. */
  readonly runFolders: readonly string[];
  /** Recipes of people, before the move. */
  readonly recipes: readonly string[];
}

/** The most files that a message names. */
const MOST_NAMED = 5;

/** Writes the new place of a folder into everything that names the old one, and tells a person which files could not be changed. */
export async function followMove(
  { activeRuns, log }: { readonly activeRuns: Pick<ActiveRuns, 'move'>; readonly log: Pick<Log, 'warn'> },
  { runFolders, recipes }: NamingFiles,
  move: Move,
): Promise<void> {
  await activeRuns.move(move);
  const failed: string[] = [];
  const follow = async (before: string, change: (text: string) => string | undefined): Promise<void> => {
    const file = movedPlace(before, move);
    try {
      await edit(file, change);
    } catch (error) {
      log.warn(`${file} does not follow the rename: ${inDetail(error)}`);
      failed.push(file);
    }
  };
  for (const file of new Set([...runFolders.map((folder) => path.join(folder, RUN_FILES.recipe)), ...recipes]))
    await follow(file, (text) => movedRecipeText(text, path.dirname(file), move));
  for (const folder of runFolders.filter((one) => isInside(one, move.from)))
    await follow(path.join(folder, RUN_FILES.results), (text) => movedResultsText(text, move));
  if (failed.length > 0) void tellFailure(failureText(failed));
}

function failureText(failed: readonly string[]): string {
  const names = failed.slice(0, MOST_NAMED).map((file) => vscode.workspace.asRelativePath(file));
  return tPlural(
    failed.length,
    '{0} file could not be changed and may still name the old folder: {1}',
    '{0} files could not be changed and may still name the old folder: {1}',
    failed.length,
    [...names, ...(failed.length > MOST_NAMED ? ['…'] : [])].join(t(', ')),
  );
}

/** Changes a file in its place. Links are left alone, because they may lead out of the workspace, and so is what is gone. */
async function edit(file: string, change: (text: string) => string | undefined): Promise<void> {
  const info = await lstat(file).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!info?.isFile()) return;
  const text = await readOwnFile(path.dirname(file), path.basename(file));
  const next = text === undefined ? undefined : change(text);
  if (next !== undefined) await writeFileAtomic(file, next);
}
