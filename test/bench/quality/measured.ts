import { EvaluateOutput, secateur } from '../../../scripts/setup/cli';
import { ScriptError } from '../../../scripts/setup/runMain';
import type { RunResult } from '../../../src/protocol/run';
import type { BySeed } from './figures';
import { dense, oneShot, type Method } from './methods';
import { runJob, testAccuracy, type Place } from './runs';

/** Test accuracies of the dense networks, with each seed. */
export interface DenseFigures {
  readonly start: BySeed;
  readonly longer: BySeed;
  /** The model.json of each seed's start. */
  readonly checkpoints: readonly string[];
}

/** What one method came to. */
export interface MethodFigures {
  readonly method: Method;
  readonly accuracy: BySeed;
  /** Of the first seed. */
  readonly model: string;
  readonly totals: RunResult['after'];
}

/** Test accuracy of one score, at each sparsity in turn, with each seed. */
export interface OneShotFigures {
  readonly score: (typeof oneShot.scores)[number];
  readonly accuracy: readonly BySeed[];
}

/** Trains both dense networks with each seed. @throws ScriptError */
export async function measureDense(seeds: readonly number[], place: Place): Promise<DenseFigures> {
  const start: RunResult[] = [];
  const longer: RunResult[] = [];
  for (const seed of seeds) start.push(await runJob({ name: 'dense-9', seed, steps: dense.start }, place));
  for (const seed of seeds) longer.push(await runJob({ name: 'dense-16', seed, steps: dense.longer }, place));
  return {
    start: start.map(testAccuracy),
    longer: longer.map(testAccuracy),
    checkpoints: start.map(({ out }) => out),
  };
}

/** Runs one method from each seed's dense network. @throws ScriptError */
export async function measureMethod(
  method: Method,
  seeds: readonly number[],
  { checkpoints }: DenseFigures,
  place: Place,
): Promise<MethodFigures> {
  const results: RunResult[] = [];
  for (const [i, seed] of seeds.entries())
    results.push(await runJob({ name: method.name, seed, steps: method.steps, checkpoint: checkpoints[i]! }, place));
  const [first] = results;
  if (!first) throw new ScriptError('The bench needs a seed: give one with --seeds.');
  return { method, accuracy: results.map(testAccuracy), model: first.out, totals: first.after };
}

/** Prunes each seed's dense network without training, by each score to each sparsity. @throws ScriptError */
export async function measureOneShot(
  seeds: readonly number[],
  { checkpoints }: DenseFigures,
  place: Place,
): Promise<OneShotFigures[]> {
  const figures: OneShotFigures[] = [];
  for (const score of oneShot.scores) {
    const accuracy: number[][] = [];
    for (const sparsity of oneShot.sparsities) {
      const row: number[] = [];
      for (const [i, seed] of seeds.entries()) {
        const steps = [{ step: 'prune' as const, score, amount: { sparsity } }];
        const job = { name: `one-shot-${score}-${sparsity * 100}`, seed, steps, checkpoint: checkpoints[i]! };
        row.push(testAccuracy(await runJob(job, place)));
      }
      accuracy.push(row);
    }
    figures.push({ score, accuracy });
  }
  return figures;
}

/** @throws ScriptError when the data is the sample, before any time is spent on it. */
export async function refuseSample(model: string, data: string): Promise<void> {
  const { dataset } = await secateur(EvaluateOutput, ['evaluate', model, '--data', data, '--samples', '100']);
  if (dataset.sample)
    throw new ScriptError(`${data} is the sample: figures of quality need the whole of Fashion-MNIST.`);
}
