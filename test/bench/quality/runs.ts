import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { LimitFunction } from 'p-limit';
import { secateur } from '../../../scripts/setup/cli';
import { inRoot } from '../../../scripts/setup/paths';
import type { RecipeInput } from '../../../src/protocol/recipe';
import { RunResult } from '../../../src/protocol/run';
import { percent } from './figures';

/** The folder of the runs, so that a stopped bench resumes. */
export const RUNS_FOLDER = ['.cache', 'bench-quality'];

type Steps = RecipeInput['steps'];

/** One recipe of the bench with one seed. */
export interface Job {
  readonly name: string;
  readonly seed: number;
  readonly steps: Steps;
  /** The model.json to start from; without one the recipe trains a network. */
  readonly checkpoint?: string;
  /** The model.json that teaches in its steps of distillation, in the place of the network at the start. */
  readonly teacher?: string;
}

/** The folder and the options of runs. */
export interface Place {
  /** The folder with the images. */
  readonly data: string;
  /** On which each run computes. */
  readonly threads: number;
  /** Runs that go on side by side. */
  readonly atOnce: LimitFunction;
}

/** Runs that several methods wait for, by folder. */
const begun = new Map<string, Promise<RunResult>>();

/** Runs a recipe as `runOnce` does, once for all that ask for it. @throws ScriptError with what the command line says */
export function runJob(job: Job, place: Place): Promise<RunResult> {
  const key = `${job.seed}/${job.name}`;
  const run = begun.get(key) ?? runOnce(job, place);
  begun.set(key, run);
  return run;
}

/**
 * Runs a recipe on the data in its own folder, or answers with what the same recipe came to before; what another came to is
 * removed.
 * @throws ScriptError with what the command line says
 */
async function runOnce(
  { name, seed, steps, checkpoint, teacher }: Job,
  { data, threads, atOnce }: Place,
): Promise<RunResult> {
  const folder = inRoot(...RUNS_FOLDER, `seed-${seed}`, name);
  const out = path.join(folder, 'run');
  const input = path.join(folder, 'input.json');
  const from = checkpoint === undefined ? {} : { checkpoint: path.relative(folder, checkpoint) };
  const taught = teacher === undefined ? steps : steps.map((step) => taughtBy(step, path.relative(folder, teacher)));
  const recipe: RecipeInput = { recipeVersion: 1, ...from, data: 'fashion-mnist', seed, steps: taught };
  const text = JSON.stringify(recipe);
  const before = await finished(input, out, text);
  if (before) return { ...before, out: path.join(out, 'model.json'), folder: out };
  return atOnce(async () => {
    if ((await readFile(input, 'utf8').catch(() => text)) !== text) await rm(folder, { recursive: true });
    await mkdir(folder, { recursive: true });
    await writeFile(input, text);
    const start = performance.now();
    const args = ['run', input, '--data', data, '--threads', String(threads), '--out', out, '--resume'];
    const result = await secateur(RunResult, args, atOnce.concurrency > 1 ? 'quiet' : 'progress');
    const minutes = (performance.now() - start) / 60_000;
    console.log(`${name}, seed ${seed}: ${percent(testAccuracy(result))}, ${minutes.toFixed(1)} min`);
    return result;
  });
}

const taughtBy = (step: Steps[number], teacher: string): Steps[number] =>
  step.step === 'distill' ? { ...step, teacher } : step;

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
