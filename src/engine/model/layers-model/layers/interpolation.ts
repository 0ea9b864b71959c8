import { tf } from '../../../tf';

/** Ways of resizing that can be computed. */
export type Interpolation = 'bilinear' | 'nearest';

/**
 * Resizes images as Keras does, with half-pixel centers. The interpolation is a product with a matrix for each axis, so
 * that it has an exact gradient. @param x `[batch, height, width, channels]`
 */
export function resized(x: tf.Tensor, height: number, width: number, how: Interpolation): tf.Tensor {
  const rows = alongLast(tf.transpose(x, [0, 2, 3, 1]), height, how);
  const columns = alongLast(tf.transpose(rows, [0, 3, 2, 1]), width, how);
  return tf.transpose(columns, [0, 1, 3, 2]);
}

function alongLast(x: tf.Tensor, to: number, how: Interpolation): tf.Tensor {
  const from = x.shape.at(-1)!;
  const product = tf.matMul(tf.reshape(x, [-1, from]), tf.tensor2d(weights(from, to, how), [from, to]));
  return tf.reshape(product, [...x.shape.slice(0, -1), to]);
}

/** Returns the weight of each source pixel for each target pixel, `from` x `to`, row-major. */
function weights(from: number, to: number, how: Interpolation): Float32Array {
  const all = new Float32Array(from * to);
  for (let target = 0; target < to; target++) {
    const center = ((target + 0.5) * from) / to;
    if (how === 'nearest') {
      all[Math.min(from - 1, Math.floor(center)) * to + target] = 1;
      continue;
    }
    const left = Math.floor(center - 0.5);
    const share = center - 0.5 - left;
    for (const [pixel, weight] of [
      [left, 1 - share],
      [left + 1, share],
    ] as const)
      all[Math.min(from - 1, Math.max(0, pixel)) * to + target]! += weight;
  }
  return all;
}
