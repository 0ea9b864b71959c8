/**
 * Works on `fashion-cnn` in a process of its own. Argument: an `OverheadJob` as JSON. Prints `ready` after the first
 * training step, then `OverheadFigures` as one line of JSON.
 */
import { readFileSync } from 'node:fs';
import { backendStats, installBackend } from '../../../src/index';
import { tf } from '../../../testing/tf';
import { networkNamed } from '../../../testing/networks';
import { Workload } from '../peers/workload';
import { OverheadJob, type OverheadFigures } from './job';

const WARM_UP_MS = 1000;
const TRAIN_MS = 2000;
const PREVIEWS = 9;
/** Images in one forward pass. */
const BATCH = 500;

async function main(): Promise<void> {
  const { network, examples, threads } = OverheadJob.parse(JSON.parse(process.argv[2] ?? ''));
  await installBackend({ threads, onFallback: 'throw' });
  const workload = new Workload(network, examples);
  await workload.train(0);
  console.log('ready');
  const figures: OverheadFigures = {
    bookkeeping: await bookkeeping(workload),
    ...(await previews(readFileSync(examples.images), examples.count)),
  };
  console.log(JSON.stringify(figures));
}

/** Returns the share of the training time outside ONNX Runtime. */
async function bookkeeping(workload: Workload): Promise<number> {
  await workload.train(WARM_UP_MS);
  const before = backendStats();
  const { milliseconds } = await workload.train(TRAIN_MS);
  const after = backendStats();
  if (after.compiles !== before.compiles) throw new Error('A training step was recompiled during a run.');
  const total = milliseconds.reduce((sum, each) => sum + each, 0);
  return 1 - (after.runMs - before.runMs) / total;
}

/** Measures the evaluation of all images right after the weights have changed, and once more, in milliseconds. */
async function previews(file: Buffer, count: number): Promise<Omit<OverheadFigures, 'bookkeeping'>> {
  const images = new Float32Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  const size = images.length / count;
  const model = networkNamed('fashion-cnn').build();
  const shapes = model.getWeights().map(({ shape }) => shape);
  const originals = model.getWeights().map((weight) => weight.dataSync<'float32'>().slice());
  const evaluate = async (): Promise<void> => {
    for (let from = 0; from < count; from += BATCH) {
      const batch = images.subarray(from * size, (from + BATCH) * size);
      const logits = tf.tidy(() => model.apply(tf.tensor(batch, [BATCH, 28, 28, 1])) as tf.Tensor);
      await logits.data();
      logits.dispose();
    }
  };
  const change = (threshold: number): void => {
    const weights = originals.map((values, i) => {
      const pruned = values.map((value) => (Math.abs(value) < threshold ? 0 : value));
      return tf.tensor(pruned, shapes[i]);
    });
    model.setWeights(weights);
    tf.dispose(weights);
  };
  await evaluate();
  await evaluate();
  const compiles = backendStats().compiles;
  const [first, warm]: number[][] = [[], []];
  for (let i = 0; i < PREVIEWS; i++) {
    first!.push(await timed(async () => (change(i / 100), evaluate())));
    warm!.push(await timed(evaluate));
  }
  return { first: first!, warm: warm!, recompiled: backendStats().compiles - compiles };
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

void main();
