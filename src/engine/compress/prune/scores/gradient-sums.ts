import type { Gradients } from '../../calibration/gradients';
import type { Statistics } from './score';

/** Computes the contribution to a score from one weight and its gradient for one batch. */
export type Term = (weight: number, gradient: number) => number;

/** Sums a term over batches or steps for each weight. Gradual pruning adds gradients while it trains. */
export class GradientSums {
  private readonly sums = new Map<string, Float64Array>();

  constructor(private readonly term: Term) {}

  /** Adds one batch. @param weights values of a tensor at the time its gradient was computed */
  add(gradients: Gradients, weights: (name: string) => ArrayLike<number>): void {
    for (const [name, gradient] of gradients) {
      const values = weights(name);
      const sum = this.sums.get(name) ?? new Float64Array(gradient.length);
      for (let i = 0; i < sum.length; i++) sum[i]! += this.term(values[i]!, gradient[i]!);
      this.sums.set(name, sum);
    }
  }

  /**
   * Returns the sums. If some are negative, all are raised by the same amount: scores are 0 or more, and their order
   * stays.
   */
  get statistics(): Statistics {
    let least = 0;
    for (const sum of this.sums.values()) for (const value of sum) least = Math.min(least, value);
    return new Map([...this.sums].map(([name, sum]) => [name, Float32Array.from(sum, (value) => value - least)]));
  }
}
