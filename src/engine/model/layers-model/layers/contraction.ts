import { tf } from '../../../tf';

/**
 * Multiplies two tensors and sums over the axes that only they share, by products of matrices, which have gradients.
 * @param a a letter for each axis of `x`, no letter twice; `b` likewise for `y`, and `result` for what comes out: those of
 *   `a` or `b`, each once. A letter of one tensor alone that is not in the result is summed over.
 */
export function contraction(x: tf.Tensor, y: tf.Tensor, { a, b, result }: Axes): tf.Tensor {
  const letters = (text: string, keep: (one: string) => boolean): string => Array.from(text).filter(keep).join('');
  const [left, ofLeft] = summed(x, a, b, result);
  const [right, ofRight] = summed(y, b, a, result);
  const shared = letters(ofLeft, (one) => ofRight.includes(one) && result.includes(one));
  const inner = letters(ofLeft, (one) => ofRight.includes(one) && !result.includes(one));
  const rows = letters(ofLeft, (one) => !ofRight.includes(one));
  const columns = letters(ofRight, (one) => !ofLeft.includes(one));
  const size = new Map<string, number>();
  Array.from(ofLeft).forEach((one, i) => size.set(one, left.shape[i]!));
  Array.from(ofRight).forEach((one, i) => size.set(one, right.shape[i]!));
  const sizes = (text: string): number[] => Array.from(text, (one) => size.get(one)!);
  const product = (text: string): number => sizes(text).reduce((all, one) => all * one, 1);
  const matrices = tf.matMul(
    tf.reshape(arranged(left, ofLeft, shared + rows + inner), [product(shared), product(rows), product(inner)]),
    tf.reshape(arranged(right, ofRight, shared + inner + columns), [product(shared), product(inner), product(columns)]),
  );
  const made = shared + rows + columns;
  return arranged(tf.reshape(matrices, sizes(made)), made, result);
}

/** The axes of two factors and of their product. */
export interface Axes {
  readonly a: string;
  readonly b: string;
  readonly result: string;
}

/** Sums over the axes that are neither in the other factor nor in the result. */
function summed(x: tf.Tensor, own: string, other: string, result: string): [tf.Tensor, string] {
  const gone = Array.from(own).flatMap((one, axis) => (other.includes(one) || result.includes(one) ? [] : [axis]));
  if (gone.length === 0) return [x, own];
  return [
    tf.sum(x, gone),
    Array.from(own)
      .filter((_, axis) => !gone.includes(axis))
      .join(''),
  ];
}

/** The same axes in another order. */
function arranged(x: tf.Tensor, from: string, to: string): tf.Tensor {
  return from === to
    ? x
    : tf.transpose(
        x,
        Array.from(to, (one) => from.indexOf(one)),
      );
}
