import { tf } from '../../tf';

/** The normal equations of one layer with inputs X and target outputs Y. Both are centered, so that the bias drops out. */
export interface NormalEquations {
  /** X^T X, inputs x inputs. */
  readonly moments: tf.Tensor2D;
  /** Its diagonal, inputs x 1. */
  readonly diagonal: tf.Tensor2D;
  /** X^T Y, inputs x outputs. */
  readonly products: tf.Tensor2D;
}

export interface SolveOptions {
  /** Added to the diagonal of the moments, as a share of its mean. It keeps weights near their start values. */
  readonly damping: number;
  readonly iterations: number;
  /** Called from time to time; an error that it throws ends the work. */
  readonly pause?: (() => Promise<void>) | undefined;
}

/** Iterations in one graph of the backend. Work can be cancelled between two graphs. */
const ITERATIONS_AT_ONCE = 5;
const SMALLEST = 1e-30;

/** The state of the conjugate gradients. */
interface Descent extends Record<string, tf.Tensor> {
  /** Change from the start, inputs x outputs. */
  change: tf.Tensor;
  residual: tf.Tensor;
  direction: tf.Tensor;
  /** residual x conditioned residual, 1 x outputs. */
  energy: tf.Tensor;
}

/**
 * Solves least squares under a mask: finds a kernel W, inputs x outputs, that makes |X W - Y|^2 small and is 0 wherever
 * `mask` is 0.
 * Uses conjugate gradients on the normal equations with their diagonal as preconditioner (Hestenes and Stiefel 1952),
 * for all outputs at once, each independent of the others. An output keeps `start` if its error would not become
 * smaller.
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

/** Divides a by b; 0 where b is not above 0, which means that the output is solved. */
const quotient = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.mul(tf.div(a, tf.maximum(b, SMALLEST)), tf.cast(tf.greater(b, SMALLEST), 'float32'));
