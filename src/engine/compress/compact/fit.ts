import { tf } from '../../tf';
import type { ModelContent, Tensors } from '../../checkpoint/types';
import type { Dataset } from '../../dataset/open-data';
import { reconstruct, type LayerProblem, type ReconstructionOptions } from '../reconstruct/reconstruct';
import type { Values } from './form';
import type { Rated, RatedLayer } from './losses';
import { composed, refine } from './refine';
import { samplesFor } from './second-moments';

/** A layer with its chosen form. */
export interface ChosenLayer extends Omit<RatedLayer, 'options'> {
  readonly option: Rated;
}

/** A layer with the factors of its form, and its error on training examples where these were fitted. */
export interface FittedLayer extends ChosenLayer {
  /** Without the scale of its outputs. */
  readonly factors: readonly Values[];
  readonly outputError?: { readonly before: number; readonly after: number; readonly samples: number };
}

/** The fitted layers, and the tensors of the model with the kernels that their factors stand for. */
export interface Fitted {
  readonly layers: readonly FittedLayer[];
  readonly tensors: Tensors;
}

/** Returns the layers with the factors of their starts. @param tensors of the model */
export function unfitted(tensors: Tensors, layers: readonly ChosenLayer[]): Fitted {
  const started = layers.map((layer): FittedLayer => ({
    ...layer,
    factors: unscaled(layer.option.factors, layer.scale),
  }));
  const composed = new Map(tensors);
  for (const layer of started) {
    const { tensor } = layer.convolution.kernel;
    composed.set(tensor.name, { ...tensor, data: composedKernel(layer) });
  }
  return { layers: started, tensors: composed };
}

/**
 * Fits the factors layer after layer, by alternating least squares: the inputs of a layer are training examples as the
 * compact layers before it transform them, its targets are the outputs of the same layer in the original model.
 * @throws UserError where the model cannot run or does not fit the examples, CancelledError
 */
export async function fitted(
  model: ModelContent,
  start: Fitted,
  data: Dataset,
  options: Omit<ReconstructionOptions, 'words' | 'solve' | 'examples'>,
): Promise<Fitted> {
  const byKernel = new Map(start.layers.map((layer) => [layer.convolution.kernel.tensor.name, layer]));
  const found = new Map<string, readonly Values[]>();
  const samplesOf = (kernel: string, most: number): number => samplesFor(byKernel.get(kernel)!.convolution, most);
  const { tensors, layers } = await reconstruct(model, start.tensors, data, {
    ...options,
    words: { running: 'fitting', not: 'not fitted' },
    examples: samplesOf,
    solve: async (problem) => {
      const { factors, kernel } = await solved(byKernel.get(problem.name)!, problem);
      found.set(problem.name, factors);
      return kernel;
    },
  });
  const count = Math.min(options.samples, data.split('train').length);
  return {
    tensors,
    layers: start.layers.map((layer) => {
      const { name, kernel } = layer.convolution;
      const errors = layers.get(name);
      if (errors === undefined || typeof errors === 'string') return layer;
      const samples = samplesOf(kernel.tensor.name, count);
      return { ...layer, factors: found.get(kernel.tensor.name)!, outputError: { ...errors, samples } };
    }),
  };
}

/** Fits the factors of one layer, in units of the scale of its outputs. */
async function solved(
  { convolution, option: { form, factors }, scale }: FittedLayer,
  { equations, original, pause }: LayerProblem,
): Promise<{ factors: Values[]; kernel: tf.Tensor2D }> {
  const units = tf.tidy(() => {
    const times = (one: tf.Tensor2D): tf.Tensor2D => (scale ? tf.mul(one, tf.tensor1d(scale)) : tf.clone(one));
    return { original: times(original), products: times(equations.products) };
  });
  try {
    const start = { convolution, form, factors };
    const better = await refine(start, { ...equations, products: units.products }, { original: units.original, pause });
    const plain = unscaled(better, scale);
    return { factors: plain, kernel: composed({ convolution, form, factors: plain }) };
  } finally {
    tf.dispose(units);
  }
}

/** Divides the outputs of the last factor, along its last axis, by their scale. */
function unscaled(factors: readonly Values[], scale: Float32Array | undefined): Values[] {
  if (!scale) return [...factors];
  return factors.map(({ shape, data }, i) =>
    i < factors.length - 1
      ? { shape, data }
      : { shape, data: data.map((value, at) => value / scale[at % scale.length]!) },
  );
}

/** Computes the kernel that the factors of a layer stand for. */
function composedKernel({ convolution, option: { form }, factors }: FittedLayer): Float32Array {
  const kernel = composed({ convolution, form, factors });
  try {
    return kernel.dataSync<'float32'>().slice();
  } finally {
    kernel.dispose();
  }
}
