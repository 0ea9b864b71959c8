import { EvaluateOutput, secateur } from '../../../scripts/setup/cli';
import { ScriptError } from '../../../scripts/setup/run-main';
import type { RecipeInput } from '../../../src/protocol/recipe';
import type { RunResult } from '../../../src/protocol/run';
import { Latency } from '../../../src/protocol/measure/latency';
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

/** The results of one method. */
export interface MethodFigures {
  readonly method: Method;
  readonly accuracy: BySeed;
  /** Results of the first seed. */
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
  const all = (name: string, steps: RecipeInput['steps']): Promise<RunResult[]> =>
    Promise.all(seeds.map((seed) => runJob({ name, seed, steps }, place)));
  const [start, longer] = await Promise.all([all('dense-9', dense.start), all('dense-16', dense.longer)]);
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
  const results = await Promise.all(
    seeds.map((seed, i) =>
      runJob({ name: method.name, seed, steps: method.steps, checkpoint: checkpoints[i]! }, place),
    ),
  );
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
  const pruned = async (score: OneShotFigures['score'], sparsity: number, seed: number, checkpoint: string) => {
    const steps = [{ step: 'prune' as const, score, amount: { sparsity } }];
    return testAccuracy(await runJob({ name: `one-shot-${score}-${sparsity * 100}`, seed, steps, checkpoint }, place));
  };
  const bySeed = (score: OneShotFigures['score'], sparsity: number): Promise<BySeed> =>
    Promise.all(seeds.map((seed, i) => pruned(score, sparsity, seed, checkpoints[i]!)));
  return Promise.all(
    oneShot.scores.map(async (score) => ({
      score,
      accuracy: await Promise.all(oneShot.sparsities.map((sparsity) => bySeed(score, sparsity))),
    })),
  );
}

/** Median forward passes of a model beside those of another in one run, on two threads. @throws ScriptError */
export function measureLatency(model: string, other: string): Promise<Latency> {
  return secateur(Latency, ['latency', model, other, '--runs', '200', '--threads', '2']);
}

/** @throws ScriptError when the data is the sample, before any time is spent on it. */
export async function refuseSample(model: string, data: string): Promise<void> {
  const { dataset } = await secateur(EvaluateOutput, ['evaluate', model, '--data', data, '--samples', '100']);
  if (dataset.sample)
    throw new ScriptError(`${data} is the sample: figures of quality need the whole of Fashion-MNIST.`);
}
