import { tf } from '../../tf';
import type { Form, Problem, Sizes, Values } from './form';
import { eigenOf, matrix, times, transposed, transposedTimes, type Matrix } from '../matrix';
import { rootsOf } from './roots';

/**
 * A depthwise separable convolution: some windows for each channel that enters, and a convolution of single positions
 * after them. Its start is the truncated singular value decomposition of the window by outputs of each channel, weighted
 * by how the inputs in the window vary together.
 */
export const separable: Form = {
  name: 'separable',
  whyNot: ({ op, taps }) => {
    if (op.rank !== 2) return 'TensorFlow.js has depthwise convolutions of images only';
    if (taps === 1) return 'its window is a single position';
    if (op.window.dilation?.some((step) => step !== 1))
      return 'its window is dilated, which TensorFlow.js does not do for depthwise convolutions';
    return undefined;
  },
  sizes: ({ taps }) => Array.from({ length: taps }, (_, i) => [i + 1]),
  macs: ({ taps, inputs, outputs, positions }, [multiplier = 1]) =>
    positions.after * multiplier * inputs * (taps + outputs),
  params: ({ taps, inputs, outputs }, [multiplier = 1]) => multiplier * inputs * (taps + outputs),
  words: ([multiplier = 1]) => `separable, depth multiplier ${multiplier}`,
  starts,
  compose: ({ taps, inputs, outputs }, [windows, mixing]) => {
    const multiplier = windows!.shape[2]!;
    const byChannel = tf.transpose(windows!, [1, 0, 2]);
    const products = tf.matMul(byChannel, tf.reshape(mixing!, [inputs, multiplier, outputs]));
    return tf.reshape(tf.transpose(products, [1, 0, 2]), [taps * inputs, outputs]);
  },
};

/** Decomposes each channel. A start is the windows, taps x inputs x multiplier, and the mixing, inputs times multiplier x outputs. */
function starts(problem: Problem): (sizes: Sizes) => Values[] {
  const { taps, inputs, outputs } = problem.convolution;
  const channels = Array.from({ length: inputs }, (_, channel) => decomposed(problem, channel));
  return ([multiplier = 1]) => {
    const windows = new Float32Array(taps * inputs * multiplier);
    const mixing = new Float32Array(inputs * multiplier * outputs);
    for (const [channel, parts] of channels.entries())
      for (const [one, { window, row }] of parts.slice(0, multiplier).entries()) {
        window.forEach((value, tap) => {
          windows[(tap * inputs + channel) * multiplier + one] = value;
        });
        mixing.set(row, (channel * multiplier + one) * outputs);
      }
    return [
      { shape: [taps, inputs, multiplier], data: windows },
      { shape: [inputs * multiplier, outputs], data: mixing },
    ];
  };
}

/** A window of one channel, and what it adds to each output. */
interface Part {
  readonly window: readonly number[];
  readonly row: Float64Array;
}

/** Decomposes the weights of one channel into as many parts as the window has positions, the largest first. */
function decomposed(problem: Problem, channel: number): Part[] {
  const { taps, outputs } = problem.convolution;
  const { root, inverse } = rootsWithin(problem, channel);
  const weighted = times(root, kernelOf(problem, channel));
  const { vectors } = eigenOf(times(weighted, transposed(weighted)));
  const all = times(inverse, vectors);
  const rows = transposedTimes(vectors, weighted);
  return Array.from({ length: taps }, (_, one) => {
    const window = Array.from({ length: taps }, (_, tap) => all.data[tap * taps + one]!);
    const row = rows.data.subarray(one * outputs, (one + 1) * outputs);
    const balance = balanced(window, row);
    return { window: window.map((value) => value * balance), row: row.map((value) => value / balance) };
  });
}

/** Returns the weights of one channel that enters, window by outputs. */
function kernelOf({ convolution: { taps, inputs, outputs }, kernel }: Problem, channel: number): Matrix {
  const own = matrix(taps, outputs);
  for (let tap = 0; tap < taps; tap++) {
    const from = (tap * inputs + channel) * outputs;
    own.data.set(kernel.subarray(from, from + outputs), tap * outputs);
  }
  return own;
}

/** Returns the root of the second moments of one channel within the window, and its inverse. */
function rootsWithin(
  { convolution: { taps, inputs }, moments }: Problem,
  channel: number,
): Record<'root' | 'inverse', Matrix> {
  const rows = taps * inputs;
  const own = matrix(
    taps,
    taps,
    Array.from({ length: taps * taps }, (_, i) => {
      const [a, b] = [Math.floor(i / taps), i % taps];
      return moments ? moments[(a * inputs + channel) * rows + b * inputs + channel]! : Number(a === b);
    }),
  );
  return rootsOf(own);
}

/** Returns the factor that makes the first of two vectors as long as the second, divided by it; 1 where one is 0. */
function balanced(one: readonly number[], other: Float64Array): number {
  const length = (values: Iterable<number>): number => {
    let sum = 0;
    for (const value of values) sum += value * value;
    return Math.sqrt(sum);
  };
  const [a, b] = [length(one), length(other)];
  return a > 0 && b > 0 ? Math.sqrt(b / a) : 1;
}
