import { constants, existsSync } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import path from 'node:path';
import { t } from '../protocol/l10n';
import type { Recipe } from '../protocol/recipe';
import { changesModel } from '../protocol/steps';
import { describeRun, RUN_FILES, type RunSummary } from '../protocol/run-folder';
import { isModelFile } from './paths';

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
}

/** The largest file of a run folder that is read. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Reads a file of a run folder, which anyone may have made. Links, pipes, devices and large files count as missing. */
async function readOwnFile(folder: string, name: string): Promise<string | undefined> {
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
  if (!summary) return isRunning ? { folder, state: 'running' } : undefined;
  // The folder may have moved, so the checkpoint is searched in it.
  const file = outcomeOf(folder, summary.recipe);
  const model = existsSync(file) ? file : undefined;
  if (isRunning) return { folder, ...summary, state: 'running' };
  if (summary.state === 'finished' && model === undefined)
    return { folder, ...summary, state: 'damaged', problem: t('Its checkpoint {0} is gone.', path.basename(file)) };
  return { folder, ...summary, model };
}

/** The final model.json of a run: the first one if the run only measures. */
function outcomeOf(folder: string, recipe: Recipe | undefined): string {
  const { checkpoint, steps } = recipe ?? { checkpoint: undefined, steps: [] };
  if (checkpoint === undefined || steps.some(changesModel)) return path.join(folder, 'model.json');
  const given = path.resolve(folder, checkpoint);
  return isModelFile(given) ? given : path.join(given, 'model.json');
}
