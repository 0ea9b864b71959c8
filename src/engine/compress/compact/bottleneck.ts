import { tf } from '../../tf';
import type { Convolution } from './convolution';
import { dampingOf, type Form, type Problem, type Sizes, type Values } from './form';
import { functionOf, spectrumOf } from './symmetric';

/** Shares of the channels that are tried, in sixteenths. */
const SIXTEENTHS = [1, 2, 3, 4, 6, 8, 10, 12];
/** Processors compute blocks of channels, so that other widths waste time. */
const BLOCK = 8;

/**
 * A bottleneck: a convolution of single positions to fewer channels, the window over these, and a convolution of single
 * positions to the outputs. Its start is a truncated Tucker decomposition over the channels (Kim et al. 2016), weighted by
 * how inputs and outputs vary together.
 */
export const bottleneck: Form = {
  name: 'bottleneck',
  whyNot: ({ taps }) => (taps === 1 ? 'its window is a single position' : undefined),
  sizes,
  macs: ({ taps, inputs, outputs, positions: { before, after } }, [inner = 1, outer = 1]) =>
    before * inputs * inner + after * (taps * inner * outer + outer * outputs),
  params: ({ taps, inputs, outputs }, [inner = 1, outer = 1]) =>
    inputs * inner + taps * inner * outer + outer * outputs,
  words: ([inner = 1, outer = 1]) => `${inner} and ${outer} channels inside`,
  start,
  compose: ({ taps, inputs, outputs }, [first, core, last]) => {
    const [inner, outer] = [core!.shape[1]!, core!.shape[2]!];
    const mixed = tf.matMul(tf.reshape(core!, [taps * inner, outer]), last as tf.Tensor2D);
    const byInner = tf.reshape(tf.transpose(tf.reshape(mixed, [taps, inner, outputs]), [1, 0, 2]), [
      inner,
      taps * outputs,
    ]);
    const byInput = tf.reshape(tf.matMul(first as tf.Tensor2D, byInner), [inputs, taps, outputs]);
    return tf.reshape(tf.transpose(byInput, [1, 0, 2]), [taps * inputs, outputs]);
  },
};

function sizes({ taps, inputs, outputs }: Convolution): Sizes[] {
  const width = (channels: number, share: number): number => {
    const wanted = (channels * share) / 16;
    return wanted >= BLOCK ? BLOCK * Math.round(wanted / BLOCK) : Math.max(1, Math.round(wanted));
  };
  const all = SIXTEENTHS.map((share): Sizes => [
    width(Math.min(inputs, taps * outputs), share),
    width(Math.min(outputs, taps * inputs), share),
  ]);
  return all.filter((one, i) => all.findIndex((other) => other.join() === one.join()) === i);
}

/** Returns the first mixing, inputs x inner; the window, taps x inner x outer; and the last mixing, outer x outputs. */
function start(
  { convolution: { taps, inputs, outputs }, kernel, moments }: Problem,
  [inner = 1, outer = 1]: Sizes,
): Values[] {
  const rows = taps * inputs;
  const parts = tf.tidy(() => {
    const { root, inverse } = rootsOf(moments, taps, inputs);
    const plain = tf.tensor2d(kernel, [rows, outputs]);
    const spread = moments ? tf.matMul(tf.tensor2d(moments, [rows, rows]), plain) : plain;
    const last = firstVectors(tf.matMul(plain, spread, true), outputs, outer);
    const cores = tf.tensor3d(kernel, [taps, inputs, outputs]);
    const byInput = tf.reshape(tf.transpose(cores, [1, 0, 2]), [inputs, taps * outputs]);
    const weighted = root ? tf.matMul(root, byInput) : byInput;
    // The outputs that are cut off do not count for the inputs.
    const left = tf.matMul(tf.reshape(weighted, [inputs * taps, outputs]), last);
    const kept = tf.reshape<tf.Rank.R2>(left, [inputs, taps * outer]);
    const first = firstVectors(tf.matMul(kept, kept, false, true), inputs, inner);
    const core = tf.transpose(tf.reshape(tf.matMul(first, kept, true), [inner, taps, outer]), [1, 0, 2]);
    const parts = [inverse ? tf.matMul(inverse, first) : first, core, tf.transpose(last)];
    const lengths = parts.map((part) => tf.norm(part).dataSync<'float32'>()[0]!);
    const each = Math.cbrt(lengths.reduce((all, length) => all * length, 1));
    return parts.map((part, i) => (each > 0 ? tf.mul(part, each / lengths[i]!) : part));
  });
  const values = parts.map((part): Values => ({ shape: part.shape, data: part.dataSync<'float32'>().slice() }));
  tf.dispose(parts);
  return values;
}

/** Returns the first eigenvectors of a symmetric matrix, size x count. */
function firstVectors(matrix: tf.Tensor2D, size: number, count: number): tf.Tensor2D {
  const { vectors } = spectrumOf(matrix.dataSync<'float32'>(), size);
  return tf.tensor2d(vectors.subMatrix(0, size - 1, 0, count - 1).to1DArray(), [size, count]);
}

/** Returns the root of the second moments of the channels, the mean over the window, and its inverse; null without moments. */
function rootsOf(
  moments: Float32Array | null,
  taps: number,
  inputs: number,
): Record<'root' | 'inverse', tf.Tensor2D | null> {
  if (!moments) return { root: null, inverse: null };
  const rows = taps * inputs;
  const mean = new Float64Array(inputs * inputs);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < inputs; j++)
        mean[i * inputs + j]! += moments[(tap * inputs + i) * rows + tap * inputs + j]! / taps;
  const damping = dampingOf(Array.from({ length: inputs }, (_, i) => mean[i * (inputs + 1)]!));
  const spectrum = spectrumOf(mean, inputs);
  const size = (value: number): number => Math.sqrt(Math.max(0, value) + damping);
  const tensor = (f: (value: number) => number): tf.Tensor2D =>
    tf.tensor2d(functionOf(spectrum, f).to1DArray(), [inputs, inputs]);
  return { root: tensor(size), inverse: tensor((value) => 1 / size(value)) };
}
