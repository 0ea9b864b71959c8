import { nearestOf } from '../../nearest';
import { tf } from '../../tf';

/**
 * A weight with few values behind which a shadow is trained: after each step every weight has the value that is nearest to
 * its shadow, and every value is the mean of its shadows. Computed in plain loops, as in `TrainedCodebook`.
 */
export class MovingCodebook {
  /** Ascending. */
  values: Float32Array;

  /**
   * @param variable the weight
   * @param shadow of its shape
   * @param round rounds a value to the number in which it is stored; undefined for float32
   */
  constructor(
    private readonly variable: tf.Variable,
    readonly shadow: tf.Variable,
    values: Float32Array,
    private readonly round: ((value: number) => number) | undefined,
  ) {
    this.values = values.slice();
  }

  /** Gives the weight its values. @param mask where it is 0 the weight is 0, and its shadow counts for no value */
  async show(mask: ArrayLike<number> | undefined): Promise<void> {
    const shadows = await this.shadow.data<'float32'>();
    const { variable, values, round } = this;
    const nearest = nearestOf(values);
    const places = new Uint8Array(shadows.length);
    const [sums, counts] = [new Float64Array(values.length), new Float64Array(values.length)];
    for (let i = 0; i < shadows.length; i++) {
      if (mask && mask[i] === 0) continue;
      const place = nearest(shadows[i]!);
      places[i] = place;
      sums[place]! += shadows[i]!;
      counts[place]!++;
    }
    this.values = values.map((value, i) => (counts[i] === 0 ? value : sums[i]! / counts[i]!));
    const shown = round ? this.values.map((value) => round(value)) : this.values;
    const weights = Float32Array.from(places, (place, i) => (mask && mask[i] === 0 ? 0 : shown[place]!));
    tf.tidy(() => variable.assign(tf.tensor(weights, variable.shape)));
  }

  /** True where values are rounded to stored numbers, so that they may become 0. */
  get isRounded(): boolean {
    return this.round !== undefined;
  }

  dispose(): void {
    this.shadow.dispose();
  }
}
