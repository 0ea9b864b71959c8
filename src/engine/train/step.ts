import { tf, type layers } from '../backend/tf';
import type { Batch } from '../dataset/images';
import type { Classifier } from '../measure/classifier';
import type { Adam, TrainedWeight } from './adam';

/** The trainable weights of a model under the names that its checkpoint gives them. */
export function trainedWeights(model: layers.LayersModel): TrainedWeight[] {
  return model.trainableWeights.map((weight) => {
    const variable = weight.read();
    if (!(variable instanceof tf.Variable)) throw new Error(`the weight ${weight.originalName} is no variable`);
    return { name: weight.originalName, variable };
  });
}

/**
 * One optimiser step on the mean cross-entropy of a batch, with the model's own regularisers. Answers with the logits
 * that the batch had before the step, count x classes; reading them is what makes the backend compute the step.
 */
export async function trainStep(
  classifier: Classifier,
  weights: readonly TrainedWeight[],
  adam: Adam,
  batch: Batch,
  learningRate: number,
): Promise<Float32Array> {
  const logits = tf.tidy(() => {
    let kept: tf.Tensor2D | undefined;
    const { grads } = tf.variableGrads(
      () => {
        kept = tf.keep(classifier.logits(batch, true));
        const loss = meanCrossEntropy(classifier, batch, kept);
        const penalties = classifier.model.calculateLosses();
        return penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss);
      },
      weights.map(({ variable }) => variable),
    );
    adam.step(grads, learningRate);
    return kept;
  });
  if (!logits) throw new Error('the forward pass did not run');
  try {
    return await logits.data<'float32'>();
  } finally {
    logits.dispose();
  }
}

/** The mean cross-entropy of a batch, in nats, from its logits. Call it within a tidy. */
export function meanCrossEntropy({ classes }: Classifier, batch: Batch, logits: tf.Tensor2D): tf.Scalar {
  return tf.losses.softmaxCrossEntropy<tf.Tensor2D, tf.Scalar>(oneHot(batch, classes), logits);
}

function oneHot(batch: Batch, classes: number): tf.Tensor2D {
  const rows = new Float32Array(batch.count * classes);
  for (let i = 0; i < batch.count; i++) rows[i * classes + batch.labels[i]!] = 1;
  return tf.tensor2d(rows, [batch.count, classes]);
}
