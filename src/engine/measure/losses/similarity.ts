import { tf } from '../../tf';
import { EPSILON, type Loss, type Row } from './loss';

/** The negative cosine of the angle between targets and outputs: -1 where they point the same way. */
export const cosineSimilarity: Loss = {
  name: 'cosine_similarity',
  takes: 'outputs',
  ofRows: (targets, outputs) => tf.neg(tf.sum(tf.mul(unit(targets), unit(outputs)), 1)),
  ofRow: (targets, outputs) => {
    let dot = 0;
    for (let i = 0; i < targets.length; i++) dot += targets[i]! * outputs[i]!;
    return -dot / (lengthOf(targets) * lengthOf(outputs));
  },
};

const unit = (x: tf.Tensor2D): tf.Tensor2D =>
  tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), 1, true), EPSILON ** 2)));

function lengthOf(row: Row): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += row[i]! ** 2;
  return Math.sqrt(Math.max(sum, EPSILON ** 2));
}
