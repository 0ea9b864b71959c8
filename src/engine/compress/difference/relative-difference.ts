/**
 * The spread of one value is at least the first share of its own root mean square, and the second share of that of all
 * values: float32 is not precise enough for a smaller spread.
 */
const OF_ITSELF = 1e-2;
const OF_ALL = 1e-5;
/** Answers whose spread is a smaller share of their root mean square hardly vary. */
const STEADY = 0.1;

/** The difference of one output from another, in three units. */
export interface Figures {
  /** The largest difference as a share of the spread of its channel: the standard deviation over the examples. */
  readonly spread: number;
  /** True if that channel hardly varies over the examples, so that its rounding weighs much. */
  readonly steady: boolean;
  /** The largest difference as a share of the root mean square of the output. */
  readonly size: number;
  /** Root mean square of the difference as a share of that of the distances from the mean over the examples. */
  readonly error: number;
}

/**
 * Accumulates, batch by batch, the spread of an output over the examples and its largest difference from another output.
 */
export class RelativeDifference {
  #examples = 0;
  /** For each value of one example, over the examples: mean, sum of squared distances from it, and sum of squares. */
  #means = new Float64Array(0);
  #distances = new Float64Array(0);
  #squares = new Float64Array(0);
  /** The largest difference in each channel; NaN where a value is not a number. */
  readonly #differences: Float64Array;
  /** Sum of the squares of all differences. */
  #squaredDifferences = 0;

  /** @param channels length of the last axis */
  constructor(readonly channels: number) {
    this.#differences = new Float64Array(channels);
  }

  /** Adds the outputs of `count` examples, and the other outputs that are compared with them. */
  add(outputs: Float32Array, others: Float32Array, count: number): void {
    const size = outputs.length / count;
    if (outputs.length !== others.length) {
      this.#differences.fill(NaN);
      this.#squaredDifferences = NaN;
      return;
    }
    if (this.#examples === 0) {
      this.#means = new Float64Array(size);
      this.#distances = new Float64Array(size);
      this.#squares = new Float64Array(size);
    }
    for (let example = 0; example < count; example++) {
      this.#examples++;
      for (let i = 0; i < size; i++) {
        const value = outputs[example * size + i]!;
        const off = value - this.#means[i]!;
        this.#means[i]! += off / this.#examples;
        this.#distances[i]! += off * (value - this.#means[i]!);
        this.#squares[i]! += value * value;
        const difference = Math.abs(value - others[example * size + i]!);
        const channel = i % this.channels;
        this.#squaredDifferences += difference * difference;
        // A number that is none stays the largest.
        this.#differences[channel] = Math.max(this.#differences[channel]!, difference);
      }
    }
  }

  /** Returns the difference of all examples so far. */
  figures(): Figures {
    const places = this.#means.length / this.channels;
    const root = (sums: Float64Array, channel: number): number => {
      let sum = 0;
      for (let i = channel; i < sums.length; i += this.channels) sum += sums[i]!;
      return Math.sqrt(sum / (places * this.#examples));
    };
    const all = Math.sqrt(this.#squares.reduce((sum, one) => sum + one, 0) / (this.#squares.length * this.#examples));
    let largest = { spread: 0, steady: false };
    for (let channel = 0; channel < this.channels; channel++) {
      const difference = this.#differences[channel]!;
      if (difference === 0) continue;
      const own = root(this.#distances, channel);
      const size = root(this.#squares, channel);
      const share = difference / Math.max(own, OF_ITSELF * size, OF_ALL * all);
      if (share > largest.spread || Number.isNaN(share)) largest = { spread: share, steady: own < STEADY * size };
    }
    const most = this.#differences.reduce((a, b) => Math.max(a, b), 0);
    const varied = this.#distances.reduce((sum, one) => sum + one, 0);
    return {
      ...largest,
      size: most === 0 ? 0 : most / all,
      error: this.#squaredDifferences === 0 ? 0 : Math.sqrt(this.#squaredDifferences / varied),
    };
  }
}
