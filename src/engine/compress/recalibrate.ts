import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { RecalibratedLayer } from '../../protocol/removal';
import { tf } from '../tf';
import type { ModelContent, Tensor } from '../checkpoint/types';
import type { Examples } from '../dataset/examples';
import { inputShape } from '../measure/classifier';
import { readGraph } from '../model/graph';
import { answersOf, toLayersModel, type LayersModel } from '../model/runnable';
import { weightName } from '../model/roles';
import { readTopology } from '../model/topology';
import { numberOf } from '../model/topology-json';
import { leavesOf } from '../model/training-mode';
import { tensorNames } from '../model/weights/binding';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';

export interface RecalibrateOptions {
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Sums over batches, for each channel: of the means, and of the mean squares. */
interface Statistics {
  readonly means: Float64Array;
  readonly squares: Float64Array;
  weight: number;
}

/**
 * The model with the mean and variance of each batch normalisation measured anew over all of `images`: every batch is
 * normalised by its own statistics, as in training, and these are averaged without momentum, over all calls of a layer that
 * has several. Dropout is off.
 * @throws UserError where the model has no batch normalisation; CancelledError
 */
export async function recalibrate(
  model: ModelContent,
  images: Examples,
  { batchSize, signal, onProgress }: RecalibrateOptions,
): Promise<{ model: ModelContent; layers: RecalibratedLayer[] }> {
  if (!readTopology(model.modelTopology)?.layers.some(({ type }) => type === 'BatchNormalization'))
    throw new UserError('The model has no batch normalisation, so nothing can be recalibrated: leave the step out.');
  const statistics = new Map<string, Statistics>();
  const running = await toLayersModel(model);
  try {
    const measured = listen(running);
    const form = inputShape(running.inputs[0]!.shape, images.shape);
    const meter = new ProgressMeter('recalibrating', images.length, 'images', onProgress);
    for (let from = 0; from < images.length; from += batchSize) {
      if (signal?.aborted) throw new CancelledError();
      const { values, count } = images.batch(from, batchSize);
      tf.tidy(() => {
        answersOf(running, tf.tensor(values, [count, ...form]), false);
      });
      for (const { name, mean, variance } of measured.splice(0)) await add(statistics, name, mean, variance, count);
      meter.advance(count);
      await breathe();
    }
  } finally {
    running.dispose();
  }
  return withStatistics(model, statistics);
}

/** The statistics of one batch in one call of a layer; `name` is the tensor that holds its mean. The listener disposes of them. */
interface Moments {
  readonly name: string;
  readonly mean: tf.Tensor;
  readonly variance: tf.Tensor;
}

/** Makes each batch normalisation of a model go by the statistics of the batch, which it adds to the list. */
function listen(model: LayersModel): Moments[] {
  const measured: Moments[] = [];
  const names = tensorNames(model);
  for (const layer of leavesOf(model)) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const held = layer.weights.find(({ originalName }) => originalName.endsWith('/moving_mean'))!;
    const name = names.get(held)!;
    layer.call = (inputs) => {
      const { output, mean, variance } = normalised(layer, Array.isArray(inputs) ? inputs[0]! : inputs);
      measured.push({ name, mean: tf.keep(mean), variance: tf.keep(variance) });
      return output;
    };
  }
  return measured;
}

function normalised(layer: LayersModel['layers'][number], x: tf.Tensor) {
  const config = layer.getConfig();
  const weight = (name: string) => layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read();
  const given = numberOf(config['axis'], -1);
  const axis = given < 0 ? x.rank + given : given;
  const others = [...x.shape.keys()].filter((one) => one !== axis);
  const { mean, variance } = tf.moments(x, others, true);
  const broadcast = x.shape.map((size, i) => (i === axis ? size : 1));
  const [gamma, beta] = [weight('gamma'), weight('beta')];
  let output: tf.Tensor = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, numberOf(config['epsilon'], 1e-3))));
  if (gamma) output = tf.mul(output, tf.reshape(gamma, broadcast));
  if (beta) output = tf.add(output, tf.reshape(beta, broadcast));
  return { output, mean: tf.reshape(mean, [-1]), variance: tf.reshape(variance, [-1]) };
}

async function add(
  statistics: Map<string, Statistics>,
  name: string,
  mean: tf.Tensor,
  variance: tf.Tensor,
  count: number,
): Promise<void> {
  const [means, variances] = [await mean.data<'float32'>(), await variance.data<'float32'>()];
  tf.dispose([mean, variance]);
  const known = statistics.get(name) ?? {
    means: new Float64Array(means.length),
    squares: new Float64Array(means.length),
    weight: 0,
  };
  means.forEach((one, i) => {
    known.means[i]! += count * one;
    known.squares[i]! += count * (variances[i]! + one * one);
  });
  known.weight += count;
  statistics.set(name, known);
}

function withStatistics(model: ModelContent, statistics: ReadonlyMap<string, Statistics>) {
  const tensors = new Map(model.tensors);
  const layers: RecalibratedLayer[] = [];
  for (const { name, tensors: owned } of readGraph(model).layers) {
    const find = (wanted: string): Tensor | undefined =>
      owned.find(({ tensor }) => weightName(tensor) === wanted)?.tensor;
    const [oldMean, oldVariance] = [find('moving_mean'), find('moving_variance')];
    const measured = oldMean && statistics.get(oldMean.name);
    if (!oldVariance || !measured) continue;
    const mean = measured.means.map((sum) => sum / measured.weight);
    const variance = measured.squares.map((sum, i) => Math.max(0, sum / measured.weight - mean[i]! ** 2));
    tensors.set(oldMean.name, { ...oldMean, data: Float32Array.from(mean) });
    tensors.set(oldVariance.name, { ...oldVariance, data: Float32Array.from(variance) });
    layers.push({ name, ...moved(oldMean, oldVariance, mean, variance) });
  }
  return { model: { ...model, tensors }, layers };
}

/** Below this a variance is that of a channel that never changes. */
const SMALLEST_VARIANCE = 1e-12;

function moved(oldMean: Tensor, oldVariance: Tensor, mean: Float64Array, variance: Float64Array) {
  const old = (i: number) => Math.max(SMALLEST_VARIANCE, oldVariance.data[i]!);
  const average = (of: (i: number) => number) => mean.reduce((sum, _, i) => sum + of(i), 0) / Math.max(1, mean.length);
  return {
    meanShift: average((i) => Math.abs(mean[i]! - oldMean.data[i]!) / Math.sqrt(old(i))),
    varianceRatio: Math.exp(average((i) => Math.log(Math.max(SMALLEST_VARIANCE, variance[i]!) / old(i)))),
  };
}
