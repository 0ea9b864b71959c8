import { UserError } from '../../../protocol/errors';
import { tf } from '../../tf';
import { attentionOf } from './losses';
import type { LayerPair } from './pairs';

/** The teaching of hidden layers: pairs of layers, and the weights of hints and of attention; 0: none. */
export interface HiddenTeaching {
  readonly pairs: readonly LayerPair[];
  readonly hints: number;
  readonly attention: number;
}

/** One lesson of a pair: rows of numbers of the teacher, one row for each example. */
export interface Lesson {
  readonly kind: 'hint' | 'attention';
  /** Index of the pair. */
  readonly pair: number;
  /** Numbers of a row. */
  readonly size: number;
}

/**
 * Lists the lessons of a teaching, in the order of its pairs. A single place has no attention.
 * @throws UserError where attention has a weight but no pair has places
 */
export function lessonsOf({ pairs, hints, attention }: HiddenTeaching): Lesson[] {
  const lessons = pairs.flatMap(({ places, widths }, pair): Lesson[] => [
    ...(hints > 0 ? [{ kind: 'hint' as const, pair, size: places * widths.teacher }] : []),
    ...(attention > 0 && places > 1 ? [{ kind: 'attention' as const, pair, size: places }] : []),
  ]);
  if (attention > 0 && !lessons.some(({ kind }) => kind === 'attention'))
    throw new UserError(
      'Attention is a map over the places of an output, and no pair of layers has more than one place: leave "attention" out.',
    );
  return lessons;
}

/**
 * Makes the rows of each lesson from the outputs of the teacher's layers, count x size. Call it within a tidy.
 * @param outputs one for each pair
 */
export const lessonRows = (lessons: readonly Lesson[], outputs: readonly tf.Tensor[]): tf.Tensor2D[] =>
  lessons.map(({ kind, pair, size }) => {
    const output = outputs[pair]!;
    return kind === 'hint' ? tf.reshape(output, [-1, size]) : attentionOf(output);
  });
