import { Matrix } from 'ml-matrix';
import { tf } from '../../tf';
import { dampingOf, type Form, type Problem, type Values } from './form';
import { functionOf, spectrumOf } from './symmetric';

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
  words: ([multiplier = 1]) => `depth multiplier ${multiplier}`,
  start,
  compose: ({ taps, inputs, outputs }, [windows, mixing]) => {
    const multiplier = windows!.shape[2]!;
    const byChannel = tf.transpose(windows!, [1, 0, 2]);
    const products = tf.matMul(byChannel, tf.reshape(mixing!, [inputs, multiplier, outputs]));
    return tf.reshape(tf.transpose(products, [1, 0, 2]), [taps * inputs, outputs]);
  },
};

/** Returns the windows, taps x inputs x multiplier, and the mixing, inputs times multiplier x outputs. */
function start(problem: Problem, [multiplier = 1]: readonly number[]): Values[] {
  const { taps, inputs, outputs } = problem.convolution;
  const windows = new Float32Array(taps * inputs * multiplier);
  const mixing = new Float32Array(inputs * multiplier * outputs);
  for (let channel = 0; channel < inputs; channel++) {
    const kernel = Matrix.zeros(taps, outputs);
    for (let tap = 0; tap < taps; tap++)
      for (let output = 0; output < outputs; output++)
        kernel.set(tap, output, problem.kernel[(tap * inputs + channel) * outputs + output]!);
    const { root, inverse } = rootsOf(problem, channel);
    const weighted = root.mmul(kernel);
    const gram = weighted.mmul(weighted.transpose());
    const { vectors } = spectrumOf(gram.to1DArray(), taps);
    for (let one = 0; one < multiplier; one++) {
      const vector = vectors.getColumnVector(one);
      const window = inverse.mmul(vector).to1DArray();
      const row = vector.transpose().mmul(weighted).to1DArray();
      const balance = balanced(window, row);
      window.forEach((value, tap) => {
        windows[(tap * inputs + channel) * multiplier + one] = value * balance;
      });
      row.forEach((value, output) => {
        mixing[(channel * multiplier + one) * outputs + output] = value / balance;
      });
    }
  }
  return [
    { shape: [taps, inputs, multiplier], data: windows },
    { shape: [inputs * multiplier, outputs], data: mixing },
  ];
}

/** Returns the root of the second moments of one channel within the window, and its inverse; taps x taps. */
function rootsOf(
  { convolution: { taps, inputs }, moments }: Problem,
  channel: number,
): Record<'root' | 'inverse', Matrix> {
  if (!moments) return { root: Matrix.eye(taps), inverse: Matrix.eye(taps) };
  const rows = taps * inputs;
  const own = Array.from(
    { length: taps * taps },
    (_, i) => moments[(Math.floor(i / taps) * inputs + channel) * rows + (i % taps) * inputs + channel]!,
  );
  const damping = dampingOf(own.filter((_, i) => i % (taps + 1) === 0));
  const spectrum = spectrumOf(own, taps);
  const size = (value: number): number => Math.sqrt(Math.max(0, value) + damping);
  return { root: functionOf(spectrum, size), inverse: functionOf(spectrum, (value) => 1 / size(value)) };
}

/** Returns the factor that makes the first of two vectors as long as the second, divided by it; 1 where one is 0. */
function balanced(one: readonly number[], other: readonly number[]): number {
  const [a, b] = [Math.hypot(...one), Math.hypot(...other)];
  return a > 0 && b > 0 ? Math.sqrt(b / a) : 1;
}
