import path from 'node:path';
import { EvaluateOutput, secateur } from '../../../scripts/setup/cli';
import { ScriptError } from '../../../scripts/setup/run-main';
import { PACKED_EXTENSION } from '../../../src/protocol/steps/pack';
import type { RecipeInput } from '../../../src/protocol/recipe';
import type { RunResult } from '../../../src/protocol/run';
import { Latency } from '../../../src/protocol/measure/latency';
import { mean, spread } from './figures';
import type { Kept, OneShotRow, Row } from './kept';
import { dense, oneShot, teachers, type Method } from './methods';
import { runJob, testAccuracy, type Place } from './runs';

/** Test accuracies of the dense networks, by seed. */
export interface DenseFigures {
  readonly start: ReadonlyMap<number, number>;
  /** Absent where no method is compared with it. */
  readonly longer?: ReadonlyMap<number, number>;
  /** The model.json of the start, by seed. */
  readonly checkpoints: ReadonlyMap<number, string>;
}

/** Returns the figures of some seeds in their order. @throws Error where one was not measured */
export const figuresOf = (figures: ReadonlyMap<number, number>, seeds: readonly number[]): number[] =>
  seeds.map((seed) => known(figures, seed));

function known<T>(values: ReadonlyMap<number, T>, seed: number): T {
  const value = values.get(seed);
  if (value === undefined) throw new Error(`the bench has not trained a dense network with the seed ${seed}`);
  return value;
}

/** Trains the dense networks that methods need with each seed. @throws ScriptError */
export async function measureDense(
  seeds: readonly number[],
  chosen: readonly Method[],
  place: Place,
): Promise<DenseFigures> {
  const all = (name: string, steps: RecipeInput['steps']): Promise<RunResult[]> =>
    Promise.all(seeds.map((seed) => runJob({ name, seed, steps }, place)));
  const isCompared = chosen.some(({ of }) => of !== 'start');
  const [start, longer] = await Promise.all([
    all('dense-9', dense.start),
    isCompared ? all('dense-16', dense.longer) : undefined,
  ]);
  const bySeed = <T>(results: readonly RunResult[], of: (result: RunResult) => T): Map<number, T> =>
    new Map(results.map((result, i) => [seeds[i]!, of(result)]));
  return {
    start: bySeed(start, testAccuracy),
    ...(longer ? { longer: bySeed(longer, testAccuracy) } : {}),
    checkpoints: bySeed(start, ({ out }) => out),
  };
}

/** @throws Error where that network was not trained */
function comparedWith({ of = 'longer' }: Method, network: DenseFigures, seeds: readonly number[]): number[] {
  const figures = network[of];
  if (!figures) throw new Error('the bench has not trained the dense network to compare with');
  return figuresOf(figures, seeds);
}

/** Runs one method from each seed's dense network. @throws ScriptError */
export async function measureMethod(
  method: Method,
  seeds: readonly number[],
  network: DenseFigures,
  place: Place,
): Promise<{ readonly row: Row; readonly model: string }> {
  const teacher = method.teacher && (await trainTeacher(method.teacher, place));
  const results = await Promise.all(
    seeds.map((seed) => {
      const checkpoint = known(network.checkpoints, seed);
      const name = method.packed?.run ?? method.name;
      return runJob({ name, seed, steps: method.steps, checkpoint, ...(teacher ? { teacher } : {}) }, place);
    }),
  );
  const [first] = results;
  if (!first) throw new ScriptError('The bench needs a seed: give one with --seeds.');
  const packed = await Promise.all(results.map((result) => measurePacked(result, method, place)));
  const sizes = packed.flatMap((one) => (one ? [one.bytes] : []));
  const { nonzero, params, gzipBytes } = packed[0] ?? first.after;
  const row: Row = {
    name: method.name,
    measured: new Date().toISOString().slice(0, 10),
    accuracy: results.map((result, i) => packed[i]?.accuracy ?? testAccuracy(result)),
    dense: comparedWith(method, network, seeds),
    ...{ nonzero, params, gzipBytes },
    ...(sizes.length > 0 ? { packedBytes: sizes } : {}),
    ...withoutTeacher(results),
  };
  return { row, model: first.out };
}

/** Trains a network that teaches. Returns its model.json. @throws ScriptError */
async function trainTeacher(name: keyof typeof teachers, place: Place): Promise<string> {
  const { out } = await runJob({ name: `teacher-${name}`, seed: 0, steps: teachers[name] }, place);
  return out;
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

/** Figures of a packed file. */
interface PackedRow extends Pick<Row, 'nonzero' | 'params' | 'gzipBytes'> {
  readonly bytes: number;
  readonly accuracy: number;
}

/** Evaluates a packed file of a run on the test images, since packing may round; undefined where the method packs nothing. @throws ScriptError */
async function measurePacked(
  { steps, folder }: RunResult,
  { packed: wanted }: Method,
  { data, atOnce }: Place,
): Promise<PackedRow | undefined> {
  if (!wanted) return undefined;
  const file = `${wanted.file}${PACKED_EXTENSION}`;
  const packed = steps.flatMap((step) => (step.step === 'pack' ? [step.packed] : [])).find((one) => one.file === file);
  if (!packed) throw new ScriptError(`The run in ${folder} packed no ${file}: remove its folder, and run again.`);
  const args = ['evaluate', path.join(folder, file), '--data', data, '--split', 'test'];
  const { accuracy } = await atOnce(() => secateur(EvaluateOutput, args, 'quiet'));
  const { bytes, layers, unpacked } = packed;
  const sum = (of: 'nonzero' | 'params'): number => layers.reduce((all, layer) => all + layer[of], 0);
  return { bytes, accuracy, nonzero: sum('nonzero'), params: sum('params'), gzipBytes: unpacked.gzipBytes };
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
          const found = await Promise.all(seeds.map((seed) => pruned(score, sparsity, seed, known(checkpoints, seed))));
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
