import path from 'node:path';
import { EvaluateOutput, secateur } from '../../../scripts/setup/cli';
import { ScriptError } from '../../../scripts/setup/run-main';
import type { RecipeInput } from '../../../src/protocol/recipe';
import type { RunResult } from '../../../src/protocol/run';
import { Latency } from '../../../src/protocol/measure/latency';
import { mean, spread, type BySeed } from './figures';
import type { Kept, OneShotRow, Row } from './kept';
import { dense, oneShot, type Method } from './methods';
import { runJob, testAccuracy, type Place } from './runs';

/** Test accuracies of the dense networks, with each seed. */
export interface DenseFigures {
  readonly start: BySeed;
  readonly longer: BySeed;
  /** The model.json of each seed's start. */
  readonly checkpoints: readonly string[];
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
  network: DenseFigures,
  place: Place,
): Promise<{ readonly row: Row; readonly model: string }> {
  const results = await Promise.all(
    seeds.map((seed, i) =>
      runJob({ name: method.name, seed, steps: method.steps, checkpoint: network.checkpoints[i]! }, place),
    ),
  );
  const [first] = results;
  if (!first) throw new ScriptError('The bench needs a seed: give one with --seeds.');
  const packed = await Promise.all(results.map((result) => measurePacked(result, place)));
  const sizes = packed.flatMap((one) => (one ? [one.bytes] : []));
  const { nonzero, params, gzipBytes } = first.after;
  const row: Row = {
    name: method.name,
    measured: new Date().toISOString().slice(0, 10),
    accuracy: results.map((result, i) => packed[i]?.accuracy ?? testAccuracy(result)),
    dense: [...network[method.of ?? 'longer']],
    ...{ nonzero, params, gzipBytes },
    ...(sizes.length > 0 ? { packedBytes: sizes } : {}),
    ...withoutTeacher(results),
  };
  return { row, model: first.out };
}

/** Returns the test accuracies of the same students without a teacher, where a method has one. */
function withoutTeacher(results: readonly RunResult[]): Pick<Row, 'alone'> {
  const alone = results.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.step === 'distill' && step.comparison?.test ? [step.comparison.test.alone.mean] : [],
    ),
  );
  return alone.length > 0 ? { alone } : {};
}

/** Evaluates the packed file of a run on the test images, since packing may round; undefined where it packed nothing. */
async function measurePacked(
  { steps, folder }: RunResult,
  { data, atOnce }: Place,
): Promise<{ bytes: number; accuracy: number } | undefined> {
  const packed = steps.flatMap((step) => (step.step === 'pack' ? [step.packed] : [])).at(-1);
  if (!packed) return undefined;
  const args = ['evaluate', path.join(folder, packed.file), '--data', data, '--split', 'test'];
  const { accuracy } = await atOnce(() => secateur(EvaluateOutput, args, 'quiet'));
  return { bytes: packed.bytes, accuracy };
}

/** Prunes each seed's dense network without training, by each score to each sparsity. @throws ScriptError */
export async function measureOneShot(
  seeds: readonly number[],
  { checkpoints }: DenseFigures,
  place: Place,
): Promise<OneShotRow[]> {
  const pruned = async (score: (typeof oneShot.scores)[number], sparsity: number, seed: number, checkpoint: string) => {
    const steps = [{ step: 'prune' as const, score, amount: { sparsity } }];
    return testAccuracy(await runJob({ name: `one-shot-${score}-${sparsity * 100}`, seed, steps, checkpoint }, place));
  };
  return Promise.all(
    oneShot.scores.map(async (score) => ({
      score,
      at: await Promise.all(
        oneShot.sparsities.map(async (sparsity) => {
          const found = await Promise.all(seeds.map((seed, i) => pruned(score, sparsity, seed, checkpoints[i]!)));
          return { mean: mean(found), spread: spread(found) };
        }),
      ),
    })),
  );
}

/** Medians of forward passes of a model as shares of those of another in one run, on two threads. @throws ScriptError */
export async function measureLatency(model: string, other: string): Promise<Kept['latency']> {
  const { batches } = await secateur(Latency, ['latency', model, other, '--runs', '200', '--threads', '2']);
  return batches.map(({ batch, ratio }) => ({ batch, ratio: ratio ?? 1 }));
}

/** @throws ScriptError when the data is the sample, before any time is spent on it. */
export async function refuseSample(model: string, data: string): Promise<void> {
  const { dataset } = await secateur(EvaluateOutput, ['evaluate', model, '--data', data, '--samples', '100']);
  if (dataset.sample)
    throw new ScriptError(`${data} is the sample: figures of quality need the whole of Fashion-MNIST.`);
}
