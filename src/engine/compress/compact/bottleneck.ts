import { tf } from '../../tf';
import type { Convolution } from './convolution';
import type { Form, Problem, Sizes, Values } from './form';
import { eigenOf, firstColumns, matrix, type Matrix } from '../matrix';
import { dampingOf, rootsOf } from './roots';

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
  words: ([inner = 1, outer = 1]) => `bottleneck, ${inner} and ${outer} channels inside`,
  starts,
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

/**
 * Finds the directions of the channels that enter and leave. A start is the first mixing, inputs x inner; the window, taps x
 * inner x outer; and the last mixing, outer x outputs.
 */
function starts({ convolution: { taps, inputs, outputs }, kernel, moments }: Problem): (sizes: Sizes) => Values[] {
  const rows = taps * inputs;
  const roots = moments ? rootsOfChannels(moments, taps, inputs) : undefined;
  /** The kernel by channels that enter, in units of how these vary. Call it within a tidy. */
  const weighted = (): tf.Tensor2D => {
    const byInput = tf.transpose(tf.tensor3d(kernel, [taps, inputs, outputs]), [1, 0, 2]);
    const flat = tf.reshape<tf.Rank.R2>(byInput, [inputs, taps * outputs]);
    return roots ? tf.matMul(tensorOf(roots.root), flat) : flat;
  };
  const leaving = directions(outputs, () => {
    const plain = tf.tensor2d(kernel, [rows, outputs]);
    const own = tf.matMul<tf.Tensor2D>(plain, plain, true);
    if (!moments) return own;
    const spread = tf.matMul(plain, tf.matMul(tf.tensor2d(moments, [rows, rows]), plain), true);
    // Where nothing enters, the weights themselves decide.
    const mean = moments.reduce((sum, value, i) => (i % (rows + 1) === 0 ? sum + value / rows : sum), 0);
    return tf.add(spread, tf.mul(own, dampingOf(mean)));
  });
  const entering = directions(inputs, () => {
    const own = weighted();
    return tf.matMul(own, own, false, true);
  });
  return ([inner = 1, outer = 1]) => {
    const parts = tf.tidy(() => {
      const [first, last] = [tensorOf(firstColumns(entering, inner)), tensorOf(firstColumns(leaving, outer))];
      const narrow = tf.matMul(first, weighted(), true);
      const cores = tf.matMul(tf.reshape<tf.Rank.R2>(narrow, [inner * taps, outputs]), last);
      const core = tf.transpose(tf.reshape(cores, [inner, taps, outer]), [1, 0, 2]);
      const all = [roots ? tf.matMul(tensorOf(roots.inverse), first) : first, core, tf.transpose(last)];
      const lengths = all.map((part) => tf.norm(part).dataSync<'float32'>()[0]!);
      const each = Math.cbrt(lengths.reduce((product, length) => product * length, 1));
      return all.map((part, i) => (each > 0 ? tf.mul(part, each / lengths[i]!) : part));
    });
    const values = parts.map((part): Values => ({ shape: part.shape, data: part.dataSync<'float32'>().slice() }));
    tf.dispose(parts);
    return values;
  };
}

/** Returns the eigenvectors of a symmetric matrix as columns, the largest first. */
function directions(size: number, gram: () => tf.Tensor2D): Matrix {
  const values = tf.tidy(gram);
  try {
    return eigenOf(matrix(size, size, values.dataSync<'float32'>())).vectors;
  } finally {
    values.dispose();
  }
}

const tensorOf = ({ data, rows, columns }: Matrix): tf.Tensor2D =>
  tf.tensor2d(Float32Array.from(data), [rows, columns]);

/** Returns the root of the second moments of the channels, the mean over the window, and its inverse. */
function rootsOfChannels(moments: Float32Array, taps: number, inputs: number): Record<'root' | 'inverse', Matrix> {
  const rows = taps * inputs;
  const mean = matrix(inputs, inputs);
  for (let tap = 0; tap < taps; tap++)
    for (let i = 0; i < inputs; i++)
      for (let j = 0; j < inputs; j++)
        mean.data[i * inputs + j]! += moments[(tap * inputs + i) * rows + tap * inputs + j]! / taps;
  return rootsOf(mean);
}
