import { tf } from '../../tf';
import { nextAdam, type StepNumbers } from '../adam-numbers';
import type { Codebook } from './constraint';

/** The state of a codebook that is trained: its values, and the moments of their gradients. */
export interface CodebookState {
  readonly values: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
}

/**
 * A weight with few values, which are trained, each by the summed gradients of its weights (Deep Compression, Han et al.
 * 2016, section 3). Assignments stay. Sums over groups of weights and the weights themselves are computed here in plain
 * loops, because operators that gather single numbers are several times slower.
 */
export class TrainedCodebook {
  /** The gradient of the weight, which a step of training assigns. */
  readonly gradient: tf.Variable;
  readonly values: Float32Array;
  readonly m: Float32Array;
  readonly v: Float32Array;
  /**
   * @param variable the weight
   * @param round rounds a value to the number in which it is stored; undefined for float32
   */
  constructor(
    private readonly variable: tf.Variable,
    private readonly codebook: Codebook,
    private readonly round: ((value: number) => number) | undefined,
    state?: CodebookState,
  ) {
    const { values } = codebook;
    this.gradient = tf.tidy(() => tf.variable(tf.zeros(variable.shape), false));
    this.values = (state?.values ?? values).slice();
    this.m = state?.m.slice() ?? new Float32Array(values.length);
    this.v = state?.v.slice() ?? new Float32Array(values.length);
  }

  /**
   * Takes a step of Adam with the gradient that was assigned.
   * @param mask weights where it is 0 do not count
   */
  async step(mask: ArrayLike<number> | undefined, numbers: StepNumbers): Promise<void> {
    const gradient = await this.gradient.data<'float32'>();
    const { assignments } = this.codebook;
    const sums = new Float64Array(this.values.length);
    if (mask) for (let i = 0; i < gradient.length; i++) sums[assignments[i]!]! += mask[i] === 0 ? 0 : gradient[i]!;
    else for (let i = 0; i < gradient.length; i++) sums[assignments[i]!]! += gradient[i]!;
    nextAdam(this.values, this.m, this.v, sums, numbers);
  }

  /** Gives the weight its values. @param mask where it is 0 the weight is 0 */
  show(mask: ArrayLike<number> | undefined): void {
    const { variable, codebook } = this;
    const rounded = this.#rounded();
    const weights = new Float32Array(variable.size);
    const { assignments } = codebook;
    if (mask) for (let i = 0; i < weights.length; i++) weights[i] = mask[i] === 0 ? 0 : rounded[assignments[i]!]!;
    else for (let i = 0; i < weights.length; i++) weights[i] = rounded[assignments[i]!]!;
    tf.tidy(() => variable.assign(tf.tensor(weights, variable.shape)));
  }

  /** Returns the weights under no mask. */
  free(): Float32Array {
    const rounded = this.#rounded();
    return Float32Array.from(this.codebook.assignments, (place) => rounded[place]!);
  }

  /** True where values are rounded to stored numbers, so that they may become 0. */
  get isRounded(): boolean {
    return this.round !== undefined;
  }

  #rounded(): Float32Array {
    const { round } = this;
    return round ? this.values.map((value) => round(value)) : this.values;
  }

  dispose(): void {
    this.gradient.dispose();
  }
}
