/** Number of best guesses that count for `top5`. */
const TOP = 5;

/** Returns the loss of one row of scores with its true class. */
export type LossOfRow = (scores: Float32Array, label: number) => number;

/** Sums over rows of scores with a true class each: the loss, and the confusion matrix. */
export class Confusion {
  private lossSum = 0;
  private correct = 0;
  private amongTop = 0;
  private rows = 0;
  /** counts[actual][predicted]. */
  readonly counts: number[][];

  /** @param lossOfRow default: the cross-entropy in nats, the scores being logits */
  constructor(
    private readonly classes: number,
    private readonly lossOfRow?: LossOfRow,
  ) {
    this.counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  }

  /**
   * Adds the first `count` rows of `scores` (row-major, `classes` columns) with their true `labels`.
   * @param hear gets the best guess of each row and its loss
   */
  add(
    scores: Float32Array,
    labels: ArrayLike<number>,
    count: number,
    hear?: (row: number, guess: number, loss: number) => void,
  ): void {
    const { classes } = this;
    for (let row = 0; row < count; row++) {
      const start = row * classes;
      let best = 0;
      for (let c = 1; c < classes; c++) if (scores[start + c]! > scores[start + best]!) best = c;
      const highest = scores[start + best]!;
      const label = labels[row]!;
      let [sum, better] = [0, 0];
      for (let c = 0; c < classes; c++) {
        sum += Math.exp(scores[start + c]! - highest);
        if (scores[start + c]! > scores[start + label]!) better++;
      }
      const loss = this.lossOfRow
        ? this.lossOfRow(scores.subarray(start, start + classes), label)
        : highest + Math.log(sum) - scores[start + label]!;
      this.lossSum += loss;
      hear?.(row, best, loss);
      this.counts[label]![best]!++;
      if (best === label) this.correct++;
      if (better < TOP) this.amongTop++;
    }
    this.rows += count;
  }

  /** Number of rows. */
  get samples(): number {
    return this.rows;
  }

  /** Mean loss; NaN where a score was not finite. */
  get loss(): number {
    return this.rows === 0 ? 0 : this.lossSum / this.rows;
  }

  /** Share of rows whose true class has the highest score, 0 to 1. */
  get accuracy(): number {
    return this.rows === 0 ? 0 : this.correct / this.rows;
  }

  /** Share of rows whose true class is among the five likeliest, 0 to 1. */
  get top5(): number {
    return this.rows === 0 ? 0 : this.amongTop / this.rows;
  }

  /**
   * Mean over classes of the harmonic mean of precision and recall, 0 to 1. Classes that are neither among the labels nor
   * among the guesses do not count.
   */
  get macroF1(): number {
    return this.meanOver((hits, both) => (2 * hits) / both);
  }

  /** Mean over the same classes of intersection over union, 0 to 1. */
  get iou(): number {
    return this.meanOver(union);
  }

  /** The same of each class; null where a class does not count. */
  get unions(): (number | null)[] {
    return this.scoresBy(union);
  }

  /** @param score of the rows that are and were called a class, and of the rows that are it plus those that were called it */
  private meanOver(score: (hits: number, both: number) => number): number {
    const scores = this.scoresBy(score).filter((one) => one !== null);
    return scores.length === 0 ? 0 : scores.reduce((sum, one) => sum + one, 0) / scores.length;
  }

  private scoresBy(score: (hits: number, both: number) => number): (number | null)[] {
    const guessed = this.counts.reduce<number[]>((sums, row) => row.map((count, c) => count + (sums[c] ?? 0)), []);
    return this.counts.map((row, c) => {
      const both = row.reduce((sum, count) => sum + count, 0) + guessed[c]!;
      return both === 0 ? null : score(row[c]!, both);
    });
  }
}

const union = (hits: number, both: number): number => hits / (both - hits);
