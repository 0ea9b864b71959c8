import * as z from 'zod';
import { EpochRecord } from '../protocol/epoch';
import { RUN_FILES } from '../protocol/run-folder';
import type { RunCurve, RunDetails } from '../protocol/runs-page';
import { StepResult } from '../protocol/steps';
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

/** Reads the recipe of a run and the course of its training, as far as they can be read. Never throws. */
export async function readDetails(folder: string): Promise<RunDetails> {
  const run = await readListedRun(folder, false);
  const recipe = run?.recipe ?? null;
  if (run?.result) return { folder, recipe, curve: runCurve(run.result.steps) };
  const text = await readOwnFile(folder, RUN_FILES.state).catch(() => undefined);
  try {
    const { results, training } = Unfinished.parse(JSON.parse(text ?? ''));
    return { folder, recipe, curve: runCurve(results, training?.records) };
  } catch {
    return { folder, recipe, curve: [] };
  }
}
