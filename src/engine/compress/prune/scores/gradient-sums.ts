import type { Gradients } from '../../calibration/gradients';
import type { Statistics } from './score';

/** What one weight and its gradient of one batch add to a score. */
export type Term = (weight: number, gradient: number) => number;

/** Sums, for each weight, of a term over batches or steps; gradual pruning feeds it with the training in course. */
export class GradientSums {
  private readonly sums = new Map<string, Float64Array>();

  constructor(private readonly term: Term) {}

  /** Adds one batch; `weights` of a tensor as they were when its gradient was taken. */
  add(gradients: Gradients, weights: (name: string) => ArrayLike<number>): void {
    for (const [name, gradient] of gradients) {
      const values = weights(name);
      const sum = this.sums.get(name) ?? new Float64Array(gradient.length);
      for (let i = 0; i < sum.length; i++) sum[i]! += this.term(values[i]!, gradient[i]!);
      this.sums.set(name, sum);
    }
  }

  /** The sums, all moved up by the same amount where some are negative: scores are 0 or more, and their order stays. */
  get statistics(): Statistics {
    let least = 0;
    for (const sum of this.sums.values()) for (const value of sum) least = Math.min(least, value);
    return new Map([...this.sums].map(([name, sum]) => [name, Float32Array.from(sum, (value) => value - least)]));
  }
}
