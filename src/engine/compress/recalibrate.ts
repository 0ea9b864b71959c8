import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { RecalibratedLayer } from '../../protocol/removal';
import { tf } from '../tf';
import type { ModelContent, Tensor } from '../checkpoint/types';
import type { Examples } from '../dataset/examples';
import { fedInputs } from '../measure/ends';
import { readGraph } from '../model/graph';
import { INFERENCE, type BatchNormalization, type ChannelMoments, type Network } from '../model/network';
import { toNetwork } from '../model/runnable';
import { ProgressMeter } from '../progress-meter';
import { breathe } from '../pause';

export interface RecalibrateOptions {
  readonly batchSize: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Sums over batches, for each channel: of the means, and of the mean squares. */
interface Statistics {
  /** Name of the tensor for the variance. */
  readonly variance: string;
  readonly means: Float64Array;
  readonly squares: Float64Array;
  weight: number;
}

/**
 * Recomputes the mean and variance of each batch normalization over all of `images`, and returns the model with them.
 * Every batch is normalized by its own statistics, as in training. These are averaged without momentum, over all calls
 * of a layer with several. Dropout is off.
 * @throws UserError where the model has no batch normalization; CancelledError
 */
export async function recalibrate(
  model: ModelContent,
  images: Examples,
  { batchSize, signal, onProgress }: RecalibrateOptions,
): Promise<{ model: ModelContent; layers: RecalibratedLayer[] }> {
  /** By the name of the tensor for the mean. */
  const statistics = new Map<string, Statistics>();
  const network = await toNetwork(model);
  try {
    const measured = listen(network);
    const inputs = fedInputs(network, images);
    const meter = new ProgressMeter('recalibrating', images.length, images.noun, onProgress);
    for (let from = 0; from < images.length; from += batchSize) {
      if (signal?.aborted) throw new CancelledError();
      const batch = images.batch(from, batchSize);
      const { count } = batch;
      tf.tidy(() => {
        const entering = inputs.map(({ shape, valuesOf }) => tf.tensor(valuesOf(batch), [count, ...shape]));
        network.forward(entering, INFERENCE);
      });
      for (const { of, ...moments } of measured.splice(0)) await add(statistics, of, moments, count);
      meter.advance(count);
      await breathe();
    }
  } finally {
    network.dispose();
  }
  return withStatistics(model, statistics);
}

/**
 * The statistics of one batch in one call of a layer; `of` names the tensors that hold them. The listener disposes of
 * them.
 */
interface Measured extends ChannelMoments {
  readonly of: BatchNormalization;
}

/**
 * Makes each batch normalization use the statistics of the batch, and collects these in the returned list.
 * @throws UserError where the network has no batch normalization
 */
function listen(network: Network): Measured[] {
  const measured: Measured[] = [];
  const layers = network.normalizations();
  if (layers.length === 0)
    throw new UserError('The model has no batch normalization, so nothing can be recalibrated: leave the step out.');
  for (const of of layers)
    of.watch(({ mean, variance }) => measured.push({ of, mean: tf.keep(mean), variance: tf.keep(variance) }));
  return measured;
}

async function add(
  statistics: Map<string, Statistics>,
  { mean, variance }: BatchNormalization,
  moments: ChannelMoments,
  count: number,
): Promise<void> {
  const [means, variances] = [await moments.mean.data<'float32'>(), await moments.variance.data<'float32'>()];
  tf.dispose([moments.mean, moments.variance]);
  const known = statistics.get(mean) ?? {
    variance,
    means: new Float64Array(means.length),
    squares: new Float64Array(means.length),
    weight: 0,
  };
  means.forEach((one, i) => {
    known.means[i]! += count * one;
    known.squares[i]! += count * (variances[i]! + one * one);
  });
  known.weight += count;
  statistics.set(mean, known);
}

function withStatistics(model: ModelContent, statistics: ReadonlyMap<string, Statistics>) {
  const tensors = new Map(model.tensors);
  const layers: RecalibratedLayer[] = [];
  for (const { name, tensors: owned } of readGraph(model).layers)
    for (const { tensor: oldMean } of owned) {
      const measured = statistics.get(oldMean.name);
      const oldVariance = measured && model.tensors.get(measured.variance);
      if (!oldVariance) continue;
      const mean = measured.means.map((sum) => sum / measured.weight);
      const variance = measured.squares.map((sum, i) => Math.max(0, sum / measured.weight - mean[i]! ** 2));
      tensors.set(oldMean.name, { ...oldMean, data: Float32Array.from(mean) });
      tensors.set(oldVariance.name, { ...oldVariance, data: Float32Array.from(variance) });
      layers.push({ name, ...moved(oldMean, oldVariance, mean, variance) });
    }
  return { model: { ...model, tensors }, layers };
}

/** A smaller variance means that the channel never changes. */
const SMALLEST_VARIANCE = 1e-12;

function moved(oldMean: Tensor, oldVariance: Tensor, mean: Float64Array, variance: Float64Array) {
  const old = (i: number) => Math.max(SMALLEST_VARIANCE, oldVariance.data[i]!);
  const average = (of: (i: number) => number) => mean.reduce((sum, _, i) => sum + of(i), 0) / Math.max(1, mean.length);
  return {
    meanShift: average((i) => Math.abs(mean[i]! - oldMean.data[i]!) / Math.sqrt(old(i))),
    varianceRatio: Math.exp(average((i) => Math.log(Math.max(SMALLEST_VARIANCE, variance[i]!) / old(i)))),
  };
}
