import { tf } from '../../tf';
import type { NormalEquations } from '../reconstruct/least-squares';

/** The share of the mean square of inputs that keeps the kernel near the original one. */
const DAMPING = 0.01;
/** Most rounds over all factors; they end where a round improves the error by a smaller share of the spread than `ENOUGH`. */
const ROUNDS = 8;
const ENOUGH = 1e-4;
/** Steps of the conjugate gradients for one factor in one round. */
const STEPS = 8;
const SMALLEST = 1e-30;

/** The kernel that some factors stand for, inputs x outputs; linear in each factor. */
export type Compose = (factors: readonly tf.Tensor[]) => tf.Tensor2D;

export interface AlternateOptions {
  /** The original kernel, inputs x outputs. */
  readonly original: tf.Tensor2D;
  /** Sum of the squares of the target outputs. */
  readonly spread: number;
  readonly compose: Compose;
  /** To be awaited from time to time; an error that it throws ends the work. */
  readonly pause: () => Promise<void>;
  readonly rounds?: number;
}

/**
 * Alternating least squares: makes |X W - Y|^2 small, where W is a kernel that factors stand for. One factor after another
 * takes some steps of conjugate gradients while the others stay, so the error never grows.
 * @param equations of the layer, see `NormalEquations`
 * @returns new tensors, which the caller disposes of
 */
export async function alternate(
  { moments, products, diagonal }: NormalEquations,
  start: readonly tf.Tensor[],
  { original, spread, compose, pause, rounds = ROUNDS }: AlternateOptions,
): Promise<tf.Tensor[]> {
  const fixed = tf.tidy(() => {
    const damping = tf.mul(tf.mean(diagonal), DAMPING);
    return { damping, wanted: tf.add<tf.Tensor2D>(products, tf.mul(original, damping)) };
  });
  const square = (kernel: tf.Tensor): tf.Tensor2D =>
    tf.add(tf.matMul(moments, kernel as tf.Tensor2D), tf.mul(kernel, fixed.damping));
  let factors = start.map((factor) => tf.clone(factor));
  const errorOf = async (): Promise<number> => {
    const error = tf.tidy(() => {
      const kernel = compose(factors);
      return tf.sum(tf.mul(kernel, tf.sub(square(kernel), tf.mul(fixed.wanted, 2))));
    });
    const [value] = await error.data<'float32'>();
    error.dispose();
    return value!;
  };
  try {
    let error = await errorOf();
    for (let round = 0; round < rounds; round++) {
      for (const place of factors.keys()) {
        const before = factors;
        const better = tf.tidy(() => improved(before, place, { compose, square, wanted: fixed.wanted }));
        factors = before.map((factor, i) => (i === place ? better : factor));
        before[place]!.dispose();
        await better.data();
        await pause();
      }
      const now = await errorOf();
      if (!(error - now > ENOUGH * spread)) break;
      error = now;
    }
    return factors;
  } catch (error) {
    tf.dispose(factors);
    throw error;
  } finally {
    tf.dispose(fixed);
  }
}

/** Takes some steps of conjugate gradients with one factor. Call it within a tidy. */
function improved(
  factors: readonly tf.Tensor[],
  place: number,
  { compose, square, wanted }: { compose: Compose; square: (kernel: tf.Tensor) => tf.Tensor2D; wanted: tf.Tensor2D },
): tf.Tensor {
  const image = (one: tf.Tensor): tf.Tensor2D => compose(factors.map((factor, i) => (i === place ? one : factor)));
  const back = tf.grad((one: tf.Tensor) => image(one));
  const start = factors[place]!;
  let factor = start;
  let residual = back(start, tf.sub(wanted, square(image(start))));
  let direction = residual;
  let energy = tf.sum(tf.square(residual));
  for (let step = 0; step < STEPS; step++) {
    const bent = image(direction);
    const turned = square(bent);
    const length = quotient(energy, tf.sum(tf.mul(bent, turned)));
    factor = tf.add(factor, tf.mul(direction, length));
    residual = tf.sub(residual, tf.mul(back(start, turned), length));
    const next = tf.sum(tf.square(residual));
    direction = tf.add(residual, tf.mul(direction, quotient(next, energy)));
    energy = next;
  }
  return factor;
}

/** Divides a by b; 0 where b is not above 0, which means that nothing is left to do. */
const quotient = (a: tf.Tensor, b: tf.Tensor): tf.Tensor =>
  tf.mul(tf.div(a, tf.maximum(b, SMALLEST)), tf.cast(tf.greater(b, SMALLEST), 'float32'));
