import { constants, existsSync } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { t } from '../protocol/l10n';
import type { Recipe } from '../protocol/recipe';
import { changesModel } from '../protocol/steps';
import { describeRun, RUN_FILES, type RunSummary } from '../protocol/run-folder';
import { NOTES_FILE, RunNotes } from '../protocol/run-notes';
import { modelFileAt } from './paths';

/** A run folder in the list. */
export interface ListedRun {
  folder: string;
  state: RunSummary['state'] | 'running';
  /** One sentence, if it is damaged. */
  problem?: string | undefined;
  recipe?: Recipe | undefined;
  result?: RunSummary['result'];
  done?: RunSummary['done'];
  /** The path of model.json of the final checkpoint, if it exists. */
  model?: string | undefined;
  /** Notes of a person; `broken`: its file cannot be read. */
  notes?: RunNotes | 'broken' | undefined;
}

/** The largest file of a run folder that is read. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads a file of a run folder, which anyone may have made. Links, pipes, devices and large files count as missing. */
export async function readOwnFile(folder: string, name: string): Promise<string | undefined> {
  const file = path.join(folder, name);
  const own = path.dirname(file);
  if (own !== folder && !(await lstat(own)).isDirectory()) return undefined;
  const { O_RDONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
  const handle = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const info = await handle.stat();
    return info.isFile() && info.size <= MOST_BYTES ? await handle.readFile('utf8') : undefined;
  } finally {
    await handle.close();
  }
}

/** Reads a run folder; undefined if it holds no run. Never throws. */
export async function readListedRun(folder: string, isRunning: boolean): Promise<ListedRun | undefined> {
  const texts: Partial<Record<keyof typeof RUN_FILES, string>> = {};
  await Promise.all(
    Object.entries(RUN_FILES).map(async ([kind, name]) => {
      const text = await readOwnFile(folder, name).catch(() => undefined);
      if (text !== undefined) Object.assign(texts, { [kind]: text });
    }),
  );
  const summary = describeRun(folder, texts);
  const notes = await readNotes(folder);
  if (!summary) return isRunning ? { folder, state: 'running', notes } : undefined;
  // The folder may have moved, so the checkpoint is searched in it.
  const file = outcomeOf(folder, summary.recipe);
  const model = existsSync(file) ? file : undefined;
  if (isRunning) return { folder, ...summary, state: 'running', notes };
  if (summary.state === 'finished' && model === undefined)
    return { folder, ...summary, state: 'damaged', problem: t('Its checkpoint {0} is gone.', path.basename(file)), notes }; // prettier-ignore
  return { folder, ...summary, model, notes };
}

/** Reads the run that wrote a checkpoint as its outcome; undefined if none did. Never throws. @param model absolute path of its file */
export async function readRunOf(model: string): Promise<ListedRun | undefined> {
  const run = await readListedRun(path.dirname(model), false);
  return run?.model === model ? run : undefined;
}

/** Reads what a person noted about a run; undefined if nothing. Never throws. */
export async function readNotes(folder: string): Promise<RunNotes | 'broken' | undefined> {
  const text = await readOwnFile(folder, NOTES_FILE).then(
    // Something else in its place, such as a pipe, is not there for us to replace.
    (own) => own ?? null,
    (error: unknown) => (error instanceof Error && 'code' in error && error.code === 'ENOENT' ? undefined : null),
  );
  if (text === undefined) return undefined;
  try {
    return RunNotes.safeParse(JSON.parse(text ?? '')).data ?? 'broken';
  } catch {
    return 'broken';
  }
}

/** The final model.json of a run: the first one if the run only measures. */
export function outcomeOf(folder: string, recipe: Recipe | undefined): string {
  const start = startOf(folder, recipe);
  return start === undefined || recipe?.steps.some(changesModel) ? path.join(folder, 'model.json') : start;
}

/** The file of the checkpoint that a run began with; undefined: random weights, or the recipe is not known. */
export function startOf(folder: string, recipe: Recipe | undefined): string | undefined {
  return recipe?.checkpoint === undefined ? undefined : modelFileAt(path.resolve(folder, recipe.checkpoint));
}
