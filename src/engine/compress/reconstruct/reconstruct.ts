import { tf } from '../../tf';
import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { isFloat, type FloatTensor } from '../../checkpoint/values';
import type { Dataset } from '../../dataset/open-data';
import { withTask, type TaskedNetwork } from '../../measure/tasked-network';
import { readGraph } from '../../model/graph';
import type { Network } from '../../model/network';
import { toNetwork } from '../../model/runnable';
import { pauseUnless } from '../../pause';
import { withSubject, type CalibrationOptions, type Subject } from '../calibration/subject';
import type { NormalEquations } from './least-squares';
import { momentsOf, type Moments } from './moments';

/** The share of the mean square of inputs that keeps weights near their start values; SparseGPT, OBC and GPTQ use it too. */
export const DAMPING = 0.01;
/** A square matrix for this number of inputs takes 256 MB. */
const MOST_INPUTS = 8192;

/**
 * Root of the mean squared error of a layer's outputs on the training images, as a share of their standard deviation, before
 * and after; or the reason why the layer was not reconstructed.
 */
export type LayerReconstruction = { readonly before: number; readonly after: number } | string;

/** A compressed model with refitted weights. */
export interface Reconstruction {
  readonly tensors: Tensors;
  /** By layer name; layers without changed weights are absent. */
  readonly layers: ReadonlyMap<string, LayerReconstruction>;
}

/** One layer to refit. */
export interface LayerProblem {
  /** Name of the kernel's tensor. */
  readonly name: string;
  readonly equations: NormalEquations;
  /** The kernel before the compression and after it, inputs x outputs. */
  readonly original: tf.Tensor2D;
  readonly start: tf.Tensor2D;
  /** To be awaited from time to time; an error that it throws ends the work. */
  readonly pause: () => Promise<void>;
}

export interface ReconstructionOptions extends Omit<CalibrationOptions, 'stage'> {
  /** The work in a word, for progress and reasons: `reconstruct`, `reconstructing`, `reconstructed`. */
  readonly words: { readonly running: string; readonly not: string };
  /** Finds a better kernel that is compressed in the same way, inputs x outputs; a new tensor. */
  readonly solve: (problem: LayerProblem) => Promise<tf.Tensor2D>;
  /** Returns the number of examples for a kernel, at most `most`; by default all of them. */
  readonly examples?: (kernel: string, most: number) => number;
}

/**
 * Reconstructs a compressed model layer by layer, without labels (the objective of OBC, Frantar and Alistarh 2022).
 * The inputs of a layer are training images as the compressed layers before it transform them. Its kernel, which `solve` keeps
 * compressed, and its bias are fitted so that its outputs come nearest to those of the same layer in the original model. No
 * layer's error grows.
 * @param content the model before the compression
 * @param compressed its tensors after it
 * @throws UserError where the model cannot run or does not fit the images, CancelledError
 */
export async function reconstruct(
  content: ModelContent,
  compressed: Tensors,
  data: Dataset,
  options: ReconstructionOptions,
): Promise<Reconstruction> {
  return withSubject(content, data, { ...options, stage: options.words.running }, async (subject) => {
    const network = await toNetwork({ ...content, tensors: compressed });
    try {
      return await layerAfterLayer(subject, withTask(network, subject.images), compressed, options);
    } finally {
      network.dispose();
    }
  });
}

async function layerAfterLayer(
  subject: Subject,
  running: TaskedNetwork,
  compressed: Tensors,
  options: ReconstructionOptions,
): Promise<Reconstruction> {
  const tensors = new Map(compressed);
  const layers = new Map<string, LayerReconstruction>();
  const weights = readGraph(subject.content).layers.flatMap((layer) =>
    layer.tensors
      .map(({ tensor }) => tensor)
      .filter(({ name, data }) => compressed.get(name)?.data !== data)
      .map((tensor) => ({ layer, tensor })),
  );
  for (const [index, { layer, tensor }] of weights.entries()) {
    const stage = `${options.words.running} ${layer.name}, ${index + 1} of ${weights.length}`;
    const { images } = subject;
    const count = options.examples?.(tensor.name, images.length) ?? images.length;
    const staged = { ...subject, images: images.first(count), options: { ...subject.options, stage } };
    const fitted = await fit(staged, running, tensors, tensor, options);
    layers.set(layer.name, typeof fitted === 'string' ? `${options.words.not}: ${fitted}` : fitted.errors);
    if (typeof fitted === 'string') continue;
    for (const changed of fitted.changed) tensors.set(changed.name, changed);
    show(running.network, fitted.changed);
  }
  return { tensors, layers };
}

async function fit(
  subject: Subject,
  running: TaskedNetwork,
  tensors: Tensors,
  before: Tensor,
  { solve }: ReconstructionOptions,
): Promise<{ changed: Tensor[]; errors: { before: number; after: number } } | string> {
  const kernel = tensors.get(before.name);
  const [original] = subject.tasked.network.products([before.name]);
  const [compressed] = running.network.products([before.name]);
  if (!original || !compressed || !kernel || !isFloat(before) || !isFloat(kernel))
    return 'it is neither a dense layer nor a convolution';
  const outputs = kernel.shape.at(-1) ?? 1;
  const inputs = kernel.data.length / outputs;
  if (inputs > MOST_INPUTS) return `it has more than ${MOST_INPUTS} inputs`;
  const bias = compressed.bias === undefined ? undefined : tensors.get(compressed.bias);
  const hasBias = bias !== undefined && isFloat(bias);
  const matrix = (tensor: FloatTensor): tf.Tensor2D => tf.tensor2d(tensor.data, [inputs, outputs]);
  const [was, start] = [matrix(before), matrix(kernel)];
  let moments: Moments | undefined;
  let found: tf.Tensor2D | undefined;
  try {
    moments = await momentsOf(subject, running, { original, kernel: was, compressed }, hasBias);
    const pause = (): Promise<void> => pauseUnless(subject.options.signal);
    found = await solve({ name: before.name, equations: moments, original: was, start, pause });
    const squared = {
      before: await squaredErrorOf(moments, start, hasBias),
      after: await squaredErrorOf(moments, found, false),
    };
    if (squared.after > squared.before) return 'its outputs would not come nearer to what they were';
    const changed: Tensor[] = [{ ...kernel, data: (await found.data<'float32'>()).slice() }];
    if (hasBias) {
      const shift = tf.tidy(() => shiftOf(moments!, found!));
      const values = await shift.data<'float32'>();
      changed.push({ ...bias, data: bias.data.map((value, i) => value + values[i]!) });
      shift.dispose();
    }
    return { changed, errors: { before: Math.sqrt(squared.before), after: Math.sqrt(squared.after) } };
  } finally {
    tf.dispose([was, start]);
    if (found) tf.dispose(found);
    if (moments) tf.dispose({ ...moments });
  }
}

/** Computes the change of the bias, 1 x outputs, that makes the mean outputs equal to those of the unpruned layer. */
const shiftOf = ({ x, y, rows }: Moments, kernel: tf.Tensor2D): tf.Tensor =>
  tf.div(tf.sub(y, tf.matMul(x, kernel)), rows);

/**
 * Computes the squared error of a kernel's outputs, divided by the variance of the target outputs; 0 where these are
 * constant.
 * @param shifted whether to count the difference of the means too: it belongs to a bias that is not fitted yet
 */
async function squaredErrorOf(moments: Moments, kernel: tf.Tensor2D, shifted: boolean): Promise<number> {
  const sums = tf.tidy(() => {
    const { moments: xx, products, squares, variance } = moments;
    const bend = tf.sum(tf.mul(kernel, tf.sub(tf.matMul(xx, kernel), tf.mul(products, 2))));
    const offset = shifted ? tf.mul(tf.sum(tf.square(shiftOf(moments, kernel))), moments.rows) : 0;
    return tf.stack([tf.add(tf.add(tf.sum(squares), bend), offset), tf.sum(variance)]);
  });
  const [error, variance] = await sums.data<'float32'>();
  sums.dispose();
  return variance! > 0 ? Math.max(0, error! / variance!) : 0;
}

function show({ variables }: Network, tensors: readonly Tensor[]): void {
  for (const { name, shape, data } of tensors)
    tf.tidy(() => {
      variables.get(name)!.variable.assign(tf.tensor(data, [...shape]));
    });
}
