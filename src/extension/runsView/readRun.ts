import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Recipe } from '../../protocol/recipe';
import { describeRun, RUN_FILES, type RunSummary } from '../../protocol/runFolder';

/** A run's folder as it is listed. */
export interface ListedRun {
  folder: string;
  state: RunSummary['state'] | 'running';
  /** One sentence, where it is damaged. */
  problem?: string | undefined;
  recipe?: Recipe | undefined;
  result?: RunSummary['result'];
  done?: RunSummary['done'];
  /** The checkpoint to use: path of its model.json, where it is there. */
  model?: string | undefined;
}

/** Reads a folder; undefined where it holds no run (any more). Never throws. */
export async function readListedRun(folder: string, isRunning: boolean): Promise<ListedRun | undefined> {
  const texts: Partial<Record<keyof typeof RUN_FILES, string>> = {};
  await Promise.all(
    Object.entries(RUN_FILES).map(async ([kind, name]) => {
      const text = await readFile(path.join(folder, name), 'utf8').catch(() => undefined);
      if (text !== undefined) Object.assign(texts, { [kind]: text });
    }),
  );
  const summary = describeRun(folder, texts);
  if (!summary) return isRunning ? { folder, state: 'running' } : undefined;
  // The folder may have moved since: the checkpoint is looked for in it.
  const file = path.join(folder, path.basename(summary.result?.out ?? 'model.json'));
  const model = existsSync(file) ? file : undefined;
  if (isRunning) return { folder, ...summary, state: 'running' };
  if (summary.state === 'finished' && model === undefined)
    return { folder, ...summary, state: 'damaged', problem: `Its checkpoint ${path.basename(file)} is gone.` };
  return { folder, ...summary, model };
}
