import { tf } from '../../tf';

/** What least squares must know of one layer's inputs X and wanted outputs Y, both centred: the bias is then out of the way. */
export interface NormalEquations {
  /** X^T X, inputs x inputs. */
  readonly moments: tf.Tensor2D;
  /** Its diagonal, inputs x 1. */
  readonly diagonal: tf.Tensor2D;
  /** X^T Y, inputs x outputs. */
  readonly products: tf.Tensor2D;
}

export interface SolveOptions {
  /** What is added to the diagonal of the moments, as a share of its mean: it holds weights near where they start. */
  readonly damping: number;
  readonly iterations: number;
  /** Called now and then; what it throws ends the work. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Iterations in one graph of the backend: between two of them work can be cancelled. */
const ITERATIONS_AT_ONCE = 5;
const SMALLEST = 1e-30;

/** Where conjugate gradients stand. */
interface Descent extends Record<string, tf.Tensor> {
  /** What is added to the start, inputs x outputs. */
  change: tf.Tensor;
  residual: tf.Tensor;
  direction: tf.Tensor;
  /** residual x conditioned residual, 1 x outputs. */
  energy: tf.Tensor;
}

/**
 * Least squares under a mask: a kernel W, inputs x outputs, that makes |X W - Y|^2 small and is 0 wherever `mask` is, by
 * conjugate gradients on the normal equations with their diagonal as preconditioner (Hestenes and Stiefel 1952), each
 * output for itself and all at once. An output whose error would not become smaller keeps `start`.
 * @returns a new tensor
 */
export async function solveMasked(
  equations: NormalEquations,
  start: tf.Tensor2D,
  mask: tf.Tensor2D,
  { damping, iterations, pause }: SolveOptions,
): Promise<tf.Tensor2D> {
  const { moments, products, diagonal } = equations;
  const fixed = tf.tidy(() => {
    const added = tf.mul(tf.mean(diagonal), damping);
    const gradient = tf.sub(products, tf.matMul(moments, start));
    return { added, scale: tf.add(diagonal, tf.add(added, SMALLEST)), gradient };
  });
  const step = ({ change, residual, direction, energy }: Descent): Descent => {
    const image = tf.mul(tf.add(tf.matMul(moments, direction), tf.mul(direction, fixed.added)), mask);
    const length = quotient(energy, perOutput(direction, image));
    const left = tf.sub(residual, tf.mul(image, length));
    const conditioned = tf.div(left, fixed.scale);
    const next = perOutput(left, conditioned);
    return {
      change: tf.add(change, tf.mul(direction, length)),
      residual: left,
      direction: tf.add(conditioned, tf.mul(direction, quotient(next, energy))),
      energy: next,
    };
  };
  let state: Descent = tf.tidy(() => {
    const residual = tf.mul(fixed.gradient, mask);
    const direction = tf.div(residual, fixed.scale);
    return { change: tf.zerosLike(start), residual, direction, energy: perOutput(residual, direction) };
  });
  try {
    for (let done = 0; done < iterations; done += ITERATIONS_AT_ONCE) {
      const before = state;
      state = tf.tidy(() => {
        let now = before;
        for (let i = done; i < Math.min(iterations, done + ITERATIONS_AT_ONCE); i++) now = step(now);
        return now;
      });
      await state.energy.data();
      tf.dispose(before);
      await pause?.();
    }
    const { change } = state;
    // |X (W + D) - Y|^2 - |X W - Y|^2 = D (X^T X D - 2 G)
    return tf.tidy(() => {
      const gain = perOutput(change, tf.sub(tf.matMul(moments, change), tf.mul(fixed.gradient, 2)));
      return tf.add<tf.Tensor2D>(start, tf.mul(change, tf.cast(tf.less(gain, 0), 'float32')));
    });
  } finally {
    tf.dispose(state);
    tf.dispose(fixed);
  }
}

const perOutput = (a: tf.Tensor, b: tf.Tensor): tf.Tensor => tf.sum(tf.mul(a, b), 0, true);

/** a / b, and 0 where b is not above 0: that output is solved. */
const quotient = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.mul(tf.div(a, tf.maximum(b, SMALLEST)), tf.cast(tf.greater(b, SMALLEST), 'float32'));
