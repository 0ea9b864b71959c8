import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { secateur } from '../../../scripts/setup/cli';
import { inRoot } from '../../../scripts/setup/paths';
import type { RecipeInput } from '../../../src/protocol/recipe';
import { RunResult } from '../../../src/protocol/run';

/** Where the runs are kept, so that a bench that was stopped goes on where it was. */
export const RUNS_FOLDER = ['.cache', 'bench-quality'];

/** One recipe of the bench with one seed. */
export interface Job {
  readonly name: string;
  readonly seed: number;
  readonly steps: RecipeInput['steps'];
  /** The model.json to start from; without one the recipe trains a network. */
  readonly checkpoint?: string;
}

/** The folder with the images, and on how many threads a run computes. */
export interface Place {
  readonly data: string;
  readonly threads: number;
}

/**
 * Runs a recipe on the data in its own folder, or answers with what the same recipe came to before.
 * @throws ScriptError with what the command line says
 */
export async function runJob({ name, seed, steps, checkpoint }: Job, { data, threads }: Place): Promise<RunResult> {
  const folder = inRoot(...RUNS_FOLDER, `seed-${seed}`, name);
  const out = path.join(folder, 'run');
  const input = path.join(folder, 'input.json');
  const from = checkpoint === undefined ? {} : { checkpoint: path.relative(folder, checkpoint) };
  const recipe: RecipeInput = { recipeVersion: 1, ...from, data: 'fashion-mnist', seed, steps };
  const text = JSON.stringify(recipe);
  const before = await finished(input, out, text);
  if (before) return { ...before, out: path.join(out, 'model.json'), folder: out };
  console.log(`\n${name}, seed ${seed}`);
  await mkdir(folder, { recursive: true });
  await writeFile(input, text);
  return secateur(RunResult, ['run', input, '--data', data, '--threads', String(threads), '--out', out, '--resume']);
}

async function finished(input: string, out: string, text: string): Promise<RunResult | undefined> {
  try {
    if ((await readFile(input, 'utf8')) !== text) return undefined;
    return RunResult.parse(JSON.parse(await readFile(path.join(out, 'results.json'), 'utf8')));
  } catch {
    return undefined;
  }
}

/** Test accuracy of the model that a run ended with: of the best epoch by validation of its last training, else as it was cut. */
export function testAccuracy({ steps, accuracy }: RunResult): number {
  const trained = steps.flatMap((step) => ('best' in step ? [step.best.testAccuracy] : [])).at(-1);
  const measured = trained ?? accuracy.afterPrune;
  if (measured === null) throw new Error('a run of the bench has no test accuracy');
  return measured;
}
