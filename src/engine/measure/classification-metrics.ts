import { measured, type MetricValues } from '../../protocol/metric';

/** Number of best guesses that count for `top5`. */
const TOP = 5;

/** Sums over classified examples: cross-entropy in nats, and the confusion matrix. */
export class ClassificationMetrics {
  private lossSum = 0;
  private correct = 0;
  private amongTop = 0;
  private images = 0;
  /** confusion[actual][predicted]. */
  readonly confusion: number[][];

  constructor(private readonly classes: number) {
    this.confusion = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * Adds the first `count` rows of `logits` (row-major, `classes` columns) with their true `labels`.
   * @param hear gets the best guess of each row and its loss in nats
   */
  add(
    logits: Float32Array,
    labels: Int32Array,
    count: number,
    hear?: (row: number, guess: number, loss: number) => void,
  ): void {
    const { classes } = this;
    for (let row = 0; row < count; row++) {
      const start = row * classes;
      let best = 0;
      for (let c = 1; c < classes; c++) if (logits[start + c]! > logits[start + best]!) best = c;
      const highest = logits[start + best]!;
      const label = labels[row]!;
      let [sum, better] = [0, 0];
      for (let c = 0; c < classes; c++) {
        sum += Math.exp(logits[start + c]! - highest);
        if (logits[start + c]! > logits[start + label]!) better++;
      }
      const loss = highest + Math.log(sum) - logits[start + label]!;
      this.lossSum += loss;
      hear?.(row, best, loss);
      this.confusion[label]![best]!++;
      if (best === label) this.correct++;
      if (better < TOP) this.amongTop++;
    }
    this.images += count;
  }

  get samples(): number {
    return this.images;
  }

  /** Mean cross-entropy; NaN where an output was not finite. */
  get loss(): number {
    return this.images === 0 ? 0 : this.lossSum / this.images;
  }

  /** Accuracy, 0 to 1. */
  get accuracy(): number {
    return this.images === 0 ? 0 : this.correct / this.images;
  }

  /** Share of examples whose true class is among the five likeliest, 0 to 1. */
  get top5(): number {
    return this.images === 0 ? 0 : this.amongTop / this.images;
  }

  /**
   * Mean over classes of the harmonic mean of precision and recall, 0 to 1. Classes that are neither among the labels nor
   * among the guesses do not count.
   */
  get macroF1(): number {
    const guessed = this.confusion.reduce<number[]>((sums, row) => row.map((count, c) => count + (sums[c] ?? 0)), []);
    const scores = this.confusion.flatMap((row, c) => {
      const both = row.reduce((sum, count) => sum + count, 0) + guessed[c]!;
      return both === 0 ? [] : [(2 * row[c]!) / both];
    });
    return scores.length === 0 ? 0 : scores.reduce((sum, score) => sum + score, 0) / scores.length;
  }

  /** Accuracy, top-5 accuracy where there are more than five classes, macro-F1 and loss. */
  get values(): MetricValues {
    const top5 = this.classes > TOP ? [measured('top5', this.top5)] : [];
    return [
      measured('accuracy', this.accuracy),
      ...top5,
      measured('macro-f1', this.macroF1),
      measured('loss', this.loss),
    ];
  }
}
