import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tf } from '../tf';
import type { Batch } from '../dataset/examples';
import type { Classifier } from '../measure/classifier';
import type { Adam, TrainedWeight } from './adam';
import type { Teacher } from './teacher';

/**
 * Distillation: the weight of the teacher's answers against the labels, 0 to 1, and the temperature that softens both
 * sides.
 */
export interface Distillation {
  readonly teacher: Teacher;
  readonly temperature: number;
  readonly alpha: number;
}

/** Options of all steps of one training. */
export interface Training {
  /** With the number of the step, the seed of dropout and noise. */
  readonly seeds: readonly number[];
  readonly classifier: Classifier;
  readonly weights: readonly TrainedWeight[];
  readonly adam: Adam;
  readonly distillation?: Distillation | undefined;
}

/** Separates the seeds of layers from other uses of the same seed. */
const DRAW_STREAM = 0xd5a3;

/** The inputs of a step: rate and epsilon come between labels and the teacher's answers, which only a student has. */
const [IMAGES, LABELS, ANSWERS] = [0, 1, 4];

/**
 * Optimizer steps on the mean cross-entropy of a batch, or on that and the distance from the teacher's answers, with the
 * network's own regularizers. A step is traced once for each batch size where the backend can do that.
 */
export class Steps {
  readonly #bySize = new Map<number, TracedFunction>();
  #step = 0;

  constructor(private readonly training: Training) {}

  /**
   * Takes one step. Returns the logits of the batch before it, count x classes.
   * @param index of the step since training began, resumed or not
   */
  async take(batch: Batch, learningRate: number, index: number): Promise<Float32Array> {
    const { classifier, adam, distillation } = this.training;
    const answers = await distillation?.teacher.answers(batch);
    const step = this.#ofSize(batch.count);
    this.#step = index;
    const { rate, epsilon } = adam.begin(learningRate);
    const labels = oneHot(batch, classifier.classes);
    return step.run(
      ...[batch.values, labels, Float32Array.of(rate), Float32Array.of(epsilon), ...(answers ? [answers] : [])],
    );
  }

  /** Releases the traced steps. */
  dispose(): void {
    for (const step of this.#bySize.values()) step.dispose();
    this.#bySize.clear();
  }

  #ofSize(count: number): TracedFunction {
    const known = this.#bySize.get(count);
    if (known) return known;
    const { classifier, distillation, seeds } = this.training;
    const outputs = [count, classifier.classes];
    const shapes = [classifier.shapeOf(count), outputs, [], [], ...(distillation ? [outputs] : [])];
    const examples = [IMAGES, LABELS, ...(distillation ? [ANSWERS] : [])];
    const compute = (...inputs: tf.Tensor[]): tf.Tensor2D =>
      stepOn(this.training, inputs, [DRAW_STREAM, ...seeds, this.#step]);
    const step = trace(compute, shapes, { examples });
    this.#bySize.set(count, step);
    return step;
  }
}

/** Computes one step and returns the logits, which are kept. Everything computed across examples is a mean. */
function stepOn(
  { classifier, weights, adam, distillation }: Training,
  inputs: readonly tf.Tensor[],
  draws: readonly number[],
): tf.Tensor2D {
  const [images, labels, rate, epsilon, answers] = inputs as [
    tf.Tensor, tf.Tensor2D, tf.Scalar, tf.Scalar, tf.Tensor2D | undefined,
  ]; // prettier-ignore
  let kept: tf.Tensor2D | undefined;
  const { grads } = tf.variableGrads(
    () => {
      kept = tf.keep(classifier.logitsOf(images, { training: true, draws }));
      const labelled = meanCrossEntropy(labels, kept);
      const loss = distillation && answers ? distilled(distillation, labelled, answers, kept) : labelled;
      const penalties = classifier.network.penalties();
      return penalties.reduce<tf.Scalar>((sum, penalty) => tf.add(sum, penalty), loss);
    },
    weights.map(({ variable }) => variable),
  );
  adam.apply(grads, { rate, epsilon });
  if (!kept) throw new Error('the forward pass did not run');
  return kept;
}

/** Returns the mean cross-entropy, in nats, of logits with one-hot labels. Call it within a tidy. */
export const meanCrossEntropy = (labels: tf.Tensor2D, logits: tf.Tensor2D): tf.Scalar =>
  tf.losses.softmaxCrossEntropy<tf.Tensor2D, tf.Scalar>(labels, logits);

/**
 * Returns (1 - alpha) times the cross-entropy with the labels, plus alpha T^2 times that with the teacher's answers,
 * both softened: as far as the student can change it, alpha T^2 KL(teacher || student) (Hinton et al. 2015).
 */
function distilled(
  { temperature, alpha }: Distillation,
  labelled: tf.Scalar,
  answers: tf.Tensor2D,
  logits: tf.Tensor2D,
): tf.Scalar {
  const soft = meanCrossEntropy(answers, tf.div(logits, temperature));
  return tf.add(tf.mul(labelled, 1 - alpha), tf.mul(soft, alpha * temperature * temperature));
}

/** Returns the labels of a batch, count x classes. */
export function oneHot(batch: Batch, classes: number): Float32Array {
  const rows = new Float32Array(batch.count * classes);
  for (let i = 0; i < batch.count; i++) rows[i * classes + batch.labels[i]!] = 1;
  return rows;
}
