import path from 'node:path';
import * as z from 'zod';
import { EpochRecord } from '../protocol/epoch';
import { withPaths } from '../protocol/referenced';
import type { Recipe } from '../protocol/recipe';
import { RUN_FILES } from '../protocol/run-folder';
import type { RunCurve, RunDetails } from '../protocol/runs-page';
import { StepResult } from '../protocol/steps';
import { modelFileAt } from './paths';
import { readListedRun, readOwnFile } from './read-run';

/** The training of an unfinished run so far. */
const Unfinished = z.object({
  results: z.array(StepResult).default([]),
  training: z.object({ records: z.array(EpochRecord) }).optional(),
});

const epochsOf = (result: StepResult): readonly EpochRecord[] => ('epochs' in result ? result.epochs : []);

/** The course of a run's training over all its steps. @param records the epochs of a step that has not ended */
export function runCurve(results: readonly StepResult[], records: readonly EpochRecord[] = []): RunCurve {
  let before = 0;
  return [...results.map(epochsOf), records].flatMap((epochs) => {
    const points = epochs.map(({ epoch, loss, validation, test }) => ({
      ...{ epoch: before + epoch, loss, validation: validation[0] },
      ...(test ? { test: test[0] } : {}),
    }));
    before += epochs.length;
    return points;
  });
}

/** The recipe of a run with one name for one file, whatever the folder of the run and however the recipe names the file. */
const comparable = (recipe: Recipe, folder: string, nameOf: (file: string) => string): Recipe =>
  withPaths(recipe, (given, kind) => {
    const file = path.resolve(folder, given);
    return nameOf(kind === 'start' || kind === 'checkpoint' ? modelFileAt(file) : file);
  });

/**
 * Reads the recipe of a run and the course of its training, as far as they can be read. Never throws.
 * @param nameOf a path as the workspace names it; the recipe names its files so
 */
export async function readDetails(folder: string, nameOf: (file: string) => string): Promise<RunDetails> {
  const run = await readListedRun(folder, false);
  const recipe = run?.recipe ? comparable(run.recipe, folder, nameOf) : null;
  if (run?.result) return { folder, recipe, curve: runCurve(run.result.steps) };
  const text = await readOwnFile(folder, RUN_FILES.state).catch(() => undefined);
  try {
    const { results, training } = Unfinished.parse(JSON.parse(text ?? ''));
    return { folder, recipe, curve: runCurve(results, training?.records) };
  } catch {
    return { folder, recipe, curve: [] };
  }
}
