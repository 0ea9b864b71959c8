import { tf, type layers } from '../backend/tf';
import type { Batch } from '../dataset/images';
import type { Classifier } from '../measure/classifier';
import type { Adam, TrainedWeight } from './adam';
import type { Teacher } from './teacher';

/** The trainable weights of a model under the names that its checkpoint gives them. */
export function trainedWeights(model: layers.LayersModel): TrainedWeight[] {
  return model.trainableWeights.map((weight) => {
    const variable = weight.read();
    if (!(variable instanceof tf.Variable)) throw new Error(`the weight ${weight.originalName} is no variable`);
    return { name: weight.originalName, variable };
  });
}

/** Learning from a teacher: how much its answers count against the labels, 0 to 1, and how much both sides are softened. */
export interface Distillation {
  readonly teacher: Teacher;
  readonly temperature: number;
  readonly alpha: number;
}

/**
 * One optimiser step on the mean cross-entropy of a batch, or on that and the distance from the teacher's answers,
 * with the model's own regularisers. Answers with the logits
 * that the batch had before the step, count x classes; reading them is what makes the backend compute the step.
 */
export async function trainStep(
  classifier: Classifier,
  weights: readonly TrainedWeight[],
  adam: Adam,
  batch: Batch,
  learningRate: number,
  distillation?: Distillation,
): Promise<Float32Array> {
  const answers = await distillation?.teacher.answers(batch);
  const logits = tf.tidy(() => {
    let kept: tf.Tensor2D | undefined;
    const { grads } = tf.variableGrads(
      () => {
        kept = tf.keep(classifier.logits(batch, true));
        const labelled = meanCrossEntropy(classifier, batch, kept);
        const loss = distillation && answers ? distilled(distillation, labelled, answers, kept) : labelled;
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

/**
 * (1 - alpha) times the cross-entropy with the labels, plus alpha T^2 times that with the teacher's answers, both softened:
 * as far as the student can change it, alpha T^2 KL(teacher || student) (Hinton et al. 2015).
 */
function distilled(
  { temperature, alpha }: Distillation,
  labelled: tf.Scalar,
  answers: Float32Array,
  logits: tf.Tensor2D,
): tf.Scalar {
  const soft = tf.losses.softmaxCrossEntropy<tf.Tensor2D, tf.Scalar>(
    tf.tensor2d(answers, logits.shape),
    tf.div(logits, temperature),
  );
  return tf.add(tf.mul(labelled, 1 - alpha), tf.mul(soft, alpha * temperature * temperature));
}

function oneHot(batch: Batch, classes: number): tf.Tensor2D {
  const rows = new Float32Array(batch.count * classes);
  for (let i = 0; i < batch.count; i++) rows[i * classes + batch.labels[i]!] = 1;
  return tf.tensor2d(rows, [batch.count, classes]);
}
