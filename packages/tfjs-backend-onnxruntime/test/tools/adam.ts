import { adamStep } from '../../src/index';
import { tf } from '../../testing/tf';

const [BETA1, BETA2, EPSILON] = [0.9, 0.999, 1e-8];

/** Adam (Kingma and Ba 2015) with the fused update of this package, for traced steps. */
export class Adam {
  readonly #moments: readonly (readonly [tf.Variable, tf.Variable])[];
  #power1 = 1;
  #power2 = 1;

  constructor(readonly weights: readonly tf.Variable[]) {
    const zeros = ({ shape }: tf.Variable): tf.Variable => tf.tidy(() => tf.variable(tf.zeros(shape), false));
    this.#moments = weights.map((weight) => [zeros(weight), zeros(weight)]);
  }

  /** Begins a step and returns the two numbers that `apply` needs, with the corrections of the bias of both moments. */
  begin(learningRate: number): { rate: number; epsilon: number } {
    this.#power1 *= BETA1;
    this.#power2 *= BETA2;
    const correction = Math.sqrt(1 - this.#power2);
    return { rate: (-learningRate * correction) / (1 - this.#power1), epsilon: EPSILON * correction };
  }

  /** Applies the step that has begun, with gradients by the name of the variable. Call it within a tidy. */
  apply(gradients: Readonly<Record<string, tf.Tensor>>, rate: tf.Scalar, epsilon: tf.Scalar): void {
    const parts = this.weights.map((weight, i) => {
      const [first, second] = this.#moments[i]!;
      return { weight, first, second, gradient: gradients[weight.name]! };
    });
    adamStep(parts, { beta1: BETA1, beta2: BETA2, rate, epsilon }).forEach((next, i) => {
      this.#moments[i]![0].assign(next.first);
      this.#moments[i]![1].assign(next.second);
      this.weights[i]!.assign(next.weight);
    });
  }

  dispose(): void {
    tf.dispose(this.#moments.flat());
  }
}
