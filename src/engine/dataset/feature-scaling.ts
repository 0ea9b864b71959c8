import type { Examples } from './examples';
import { numbersIn } from './numbers-in';

/** Examples that are read at once. */
const BATCH = 1024;

/** Computes the mean and the variance of each feature over these examples. */
export function featureScaling(examples: Examples): { mean: Float32Array; variance: Float32Array } {
  const count = numbersIn(examples.shape);
  // Welford's update: sums of squares of large numbers would lose the variance.
  const [mean, squares] = [new Float64Array(count), new Float64Array(count)];
  let seen = 0;
  for (let from = 0; from < examples.length; from += BATCH) {
    const { values, count: rows } = examples.batch(from, BATCH);
    for (let row = 0; row < rows; row++) {
      seen++;
      for (let i = 0; i < count; i++) {
        const difference = values[row * count + i]! - mean[i]!;
        mean[i]! += difference / seen;
        squares[i]! += difference * (values[row * count + i]! - mean[i]!);
      }
    }
  }
  return { mean: Float32Array.from(mean), variance: Float32Array.from(squares, (sum) => sum / Math.max(1, seen)) };
}
