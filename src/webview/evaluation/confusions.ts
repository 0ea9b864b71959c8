import type { Evaluation } from '../../protocol/measure';

/** Examples of one class that were taken for another. */
export interface ConfusionOf {
  readonly actual: number;
  readonly predicted: number;
  readonly count: number;
  /** Share of the examples of the class, 0 to 1. */
  readonly share: number;
}

/** The mistakes of a confusion matrix, the most frequent first. */
export function mistakesIn(confusion: Evaluation['confusion']): ConfusionOf[] {
  const found = confusion.flatMap((row, actual) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return row.flatMap((count, predicted) =>
      count === 0 || predicted === actual ? [] : [{ actual, predicted, count, share: count / all }],
    );
  });
  return found.sort((a, b) => b.count - a.count || b.share - a.share || a.actual - b.actual);
}

/** The mistakes in which a class has all the typed words in its name, as the true or as the predicted one. */
export function searched(mistakes: readonly ConfusionOf[], names: readonly string[], typed: string): ConfusionOf[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (index: number): boolean => {
    const name = (names[index] ?? String(index)).toLowerCase();
    return words.every((word) => name.includes(word));
  };
  return mistakes.filter(({ actual, predicted }) => fits(actual) || fits(predicted));
}
