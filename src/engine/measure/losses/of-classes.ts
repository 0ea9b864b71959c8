import { tf } from '../../tf';
import { EPSILON, type Loss, type Row } from './loss';

/** Takes `share` of the certainty of one-hot targets and spreads it over all classes. */
export function categoricalCrossentropy(share: number): Loss {
  return {
    name: 'categorical_crossentropy',
    takes: 'class logits',
    isPlain: share === 0,
    ofRows: (targets, logits) => tf.neg(tf.sum(tf.mul(smooth(targets, share), tf.logSoftmax(logits)), 1)),
    ofRow: (targets, logits) => {
      const logs = logSoftmax(logits);
      const even = share / logs.length;
      return -logs.reduce((sum, log, c) => sum + (targets[c]! * (1 - share) + even) * log, 0);
    },
  };
}

/** Weighs the cross-entropy of each class down by how sure the network is of it (Lin et al. 2017). */
export function categoricalFocalCrossentropy(share: number, alpha: number, gamma: number): Loss {
  return {
    name: 'categorical_focal_crossentropy',
    takes: 'class logits',
    ofRows: (targets, logits) => {
      const [p, log] = [tf.softmax(logits), tf.logSoftmax(logits)];
      const weight = tf.mul(tf.pow(tf.sub(1, p), gamma), alpha);
      return tf.neg(tf.sum(tf.mul(weight, tf.mul(smooth(targets, share), log)), 1));
    },
    ofRow: (targets, logits) => {
      const logs = logSoftmax(logits);
      const even = share / logs.length;
      return -logs.reduce(
        (sum, log, c) => sum + alpha * (1 - Math.exp(log)) ** gamma * (targets[c]! * (1 - share) + even) * log,
        0,
      );
    },
  };
}

/** The Kullback-Leibler divergence of the answer from the target. */
export const klDivergence: Loss = {
  name: 'kl_divergence',
  takes: 'class logits',
  ofRows: (targets, logits) => {
    const t = tf.clipByValue(targets, EPSILON, 1);
    const log = tf.maximum(tf.logSoftmax(logits), Math.log(EPSILON));
    return tf.sum(tf.mul(t, tf.sub(tf.log(t), log)), 1);
  },
  ofRow: (targets, logits) =>
    logSoftmax(logits).reduce((sum, log, c) => {
      const t = Math.min(1, Math.max(EPSILON, targets[c]!));
      return sum + t * (Math.log(t) - Math.max(log, Math.log(EPSILON)));
    }, 0),
};

/** How far the highest wrong output comes within 1 of the right one. */
export const categoricalHinge: Loss = {
  name: 'categorical_hinge',
  takes: 'outputs',
  ofRows: (targets, outputs) => {
    const right = tf.sum(tf.mul(targets, outputs), 1);
    const wrong = tf.max(tf.mul(tf.sub(1, targets), outputs), 1);
    return tf.relu(tf.add(tf.sub(wrong, right), 1));
  },
  ofRow: (targets, outputs) => {
    let [right, wrong] = [0, -Infinity];
    for (let c = 0; c < targets.length; c++) {
      right += targets[c]! * outputs[c]!;
      wrong = Math.max(wrong, (1 - targets[c]!) * outputs[c]!);
    }
    return Math.max(wrong - right + 1, 0);
  },
};

const smooth = (targets: tf.Tensor2D, share: number): tf.Tensor2D =>
  share === 0 ? targets : tf.add(tf.mul(targets, 1 - share), share / targets.shape[1]);

/** Returns the logarithms of the probabilities of a row of logits. */
function logSoftmax(logits: Row): number[] {
  let highest = -Infinity;
  for (let c = 0; c < logits.length; c++) highest = Math.max(highest, logits[c]!);
  let sum = 0;
  for (let c = 0; c < logits.length; c++) sum += Math.exp(logits[c]! - highest);
  const log = highest + Math.log(sum);
  return Array.from(logits, (logit) => logit - log);
}
