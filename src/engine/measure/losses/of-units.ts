import { tf } from '../../tf';
import type { Loss } from './loss';
import { mean } from './pointwise';

/** Cross-entropy of units that are right or not, each by itself. Smoothing moves targets towards a half. */
export function binaryCrossentropy(share: number): Loss {
  return {
    name: 'binary_crossentropy',
    takes: 'unit logits',
    ofRows: (targets, logits) => tf.mean(entropy(smooth(targets, share), logits), 1),
    ofRow: (targets, logits) =>
      mean(targets, logits, (target, logit) => entropyOf(target * (1 - share) + share / 2, logit)),
  };
}

/** Options of the binary focal loss: `alpha` weighs right units, 1 - alpha wrong ones; null weighs them alike. */
export interface FocalOptions {
  readonly share: number;
  readonly alpha: number | null;
  readonly gamma: number;
}

/** Weighs the cross-entropy of each unit down by how sure the network is of it (Lin et al. 2017). */
export function binaryFocalCrossentropy({ share, alpha, gamma }: FocalOptions): Loss {
  return {
    name: 'binary_focal_crossentropy',
    takes: 'unit logits',
    ofRows: (targets, logits) => {
      const t = smooth(targets, share);
      const hit = agreement(t, tf.sigmoid(logits));
      const weight = tf.pow(tf.sub(1, hit), gamma);
      const cost = tf.mul(weight, entropy(t, logits));
      const sides = alpha === null ? cost : tf.mul(cost, agreement(t, tf.fill<tf.Rank.R2>(t.shape, alpha)));
      return tf.mean(sides, 1);
    },
    ofRow: (targets, logits) =>
      mean(targets, logits, (target, logit) => {
        const t = target * (1 - share) + share / 2;
        const p = 1 / (1 + Math.exp(-logit));
        const hit = t * p + (1 - t) * (1 - p);
        const side = alpha === null ? 1 : t * alpha + (1 - t) * (1 - alpha);
        return side * (1 - hit) ** gamma * entropyOf(t, logit);
      }),
  };
}

const smooth = (targets: tf.Tensor2D, share: number): tf.Tensor2D =>
  share === 0 ? targets : tf.add(tf.mul(targets, 1 - share), share / 2);

/** max(x, 0) - x t + log(1 + exp(-|x|)) does not overflow. */
const entropy = (t: tf.Tensor2D, x: tf.Tensor2D): tf.Tensor2D =>
  tf.add(tf.sub(tf.relu(x), tf.mul(x, t)), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));

const entropyOf = (t: number, x: number): number => Math.max(x, 0) - x * t + Math.log1p(Math.exp(-Math.abs(x)));

/** t p + (1 - t)(1 - p) */
const agreement = (t: tf.Tensor2D, p: tf.Tensor2D): tf.Tensor2D =>
  tf.add(tf.mul(t, p), tf.mul(tf.sub(1, t), tf.sub(1, p)));
