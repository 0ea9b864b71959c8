import { CancelledError, UserError } from '../../protocol/errors';
import type { Progress } from '../../protocol/measure';
import type { RecalibratedLayer } from '../../protocol/removal';
import { tf } from '../tf';
import type { ModelContent, Tensor } from '../checkpoint/types';
import type { Images } from '../dataset/images';
import { inputShape } from '../measure/classifier';
import { readGraph } from '../model/graph';
import { answersOf, toLayersModel, type LayersModel } from '../model/runnable';
import { weightName } from '../model/roles';
import { readTopology, type Topology } from '../model/topology';
import { numberOf } from '../model/topology-json';
import { Pace } from '../pace';
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
 * normalised by its own statistics, as in training, and these are averaged without momentum. Dropout is off.
 * @throws UserError where the model has no batch normalisation, or it cannot be reached; CancelledError
 */
export async function recalibrate(
  model: ModelContent,
  images: Images,
  { batchSize, signal, onProgress }: RecalibrateOptions,
): Promise<{ model: ModelContent; layers: RecalibratedLayer[] }> {
  const topology = flatTopology(model);
  const statistics = new Map<string, Statistics>();
  const running = await toLayersModel(model);
  try {
    const form = inputShape(running.inputs[0]!.shape, images.shape);
    const pace = new Pace('recalibrating', images.length, 'images', onProgress);
    for (let from = 0; from < images.length; from += batchSize) {
      if (signal?.aborted) throw new CancelledError();
      const { pixels, count } = images.batch(from, batchSize);
      const measured = tf.tidy(() => walk(running, topology, tf.tensor(pixels, [count, ...form])));
      for (const [name, { mean, variance }] of Object.entries(measured))
        await add(statistics, name, mean, variance, count);
      pace.advance(count);
      await breathe();
    }
  } finally {
    running.dispose();
  }
  return withStatistics(model, statistics);
}

function flatTopology(model: ModelContent): Topology {
  const topology = readTopology(model.modelTopology);
  if (!topology?.layers.some(({ type }) => type === 'BatchNormalization'))
    throw new UserError('The model has no batch normalisation, so nothing can be recalibrated: leave the step out.');
  const strange = topology.layers.find(({ path, shared }) => path.length > 1 || shared);
  if (strange)
    throw new UserError(
      `The layer "${strange.name}" is called more than once or lies in a model within the model, so its statistics cannot be measured: convert it to a flat model.`,
    );
  return topology;
}

type Moments = { mean: tf.Tensor; variance: tf.Tensor };

/** Runs the layers one by one, batch normalisation by the statistics of the batch, which it answers. */
function walk(model: LayersModel, { layers, inputs }: Topology, input: tf.Tensor): Record<string, Moments> {
  const found = new Map<string, Moments>();
  const outputs = new Map<string, tf.Tensor>();
  const byName = new Map(layers.map((layer) => [layer.name, layer]));
  for (const layer of model.layers) {
    const described = byName.get(layer.name);
    // A sequential model gets an input layer that its description lacks.
    if (!described) continue;
    const feeds = described.inputs.map((id) => outputs.get(id)!);
    const fed = feeds.length === 0 ? [input] : feeds;
    if (described.type === 'InputLayer' && inputs.includes(described.id)) outputs.set(described.id, input);
    else if (described.type === 'BatchNormalization') {
      const { output, moments } = normalised(layer, fed[0]!, numberOf(described.config['epsilon'], 1e-3));
      outputs.set(described.id, output);
      found.set(described.name, moments);
    } else outputs.set(described.id, answersOf(layer, fed.length === 1 ? fed[0]! : fed, false)[0]!);
  }
  return Object.fromEntries(found);
}

function normalised(layer: LayersModel['layers'][number], x: tf.Tensor, epsilon: number) {
  const weight = (name: string) => layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`))?.read();
  const given = numberOf(layer.getConfig()['axis'], -1);
  const axis = given < 0 ? x.rank + given : given;
  const others = [...x.shape.keys()].filter((one) => one !== axis);
  const { mean, variance } = tf.moments(x, others, true);
  const broadcast = x.shape.map((size, i) => (i === axis ? size : 1));
  const [gamma, beta] = [weight('gamma'), weight('beta')];
  let output: tf.Tensor = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, epsilon)));
  if (gamma) output = tf.mul(output, tf.reshape(gamma, broadcast));
  if (beta) output = tf.add(output, tf.reshape(beta, broadcast));
  return { output, moments: { mean: tf.reshape(mean, [-1]), variance: tf.reshape(variance, [-1]) } };
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
    const measured = statistics.get(name);
    if (!measured) continue;
    const mean = measured.means.map((sum) => sum / measured.weight);
    const variance = measured.squares.map((sum, i) => Math.max(0, sum / measured.weight - mean[i]! ** 2));
    const find = (wanted: string): Tensor | undefined =>
      owned.find(({ tensor }) => weightName(tensor) === wanted)?.tensor;
    const [oldMean, oldVariance] = [find('moving_mean'), find('moving_variance')];
    if (!oldMean || !oldVariance)
      throw new UserError(`The batch normalisation "${name}" has no moving statistics: convert the model again.`);
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
