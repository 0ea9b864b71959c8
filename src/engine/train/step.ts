import { trace, type TracedFunction } from 'tfjs-backend-onnxruntime';
import { tf } from '../tf';
import type { Batch } from '../dataset/examples';
import type { TaskedNetwork } from '../measure/tasked-network';
import type { SoftTargets } from '../measure/tasks/task';
import type { Adam } from './adam';
import { hear } from './hidden/hear';
import type { HiddenLearner } from './hidden/learner';
import type { TrainedWeight } from './slot';
import type { Teacher } from './teacher';

/**
 * Distillation: the weight of the teacher's answers against the targets, 0 to 1, and the temperature that softens both
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
  readonly tasked: TaskedNetwork;
  readonly weights: readonly TrainedWeight[];
  readonly adam: Adam;
  readonly distillation?: Distillation | undefined;
  /** The student's side of hidden teaching, whose weights are among `weights`. */
  readonly learner?: HiddenLearner | undefined;
}

/** Separates the seeds of layers from other uses of the same seed. */
const DRAW_STREAM = 0xd5a3;

/**
 * Optimizer steps on the mean loss of a batch, or on that and the distance from the teacher's answers, with the network's
 * own regularizers. A step is traced once for each batch size where the backend can do that.
 */
export class Steps {
  readonly #bySize = new Map<number, TracedFunction>();
  #step = 0;

  constructor(private readonly training: Training) {}

  /**
   * Takes one step. Returns the scores of the batch before it, count x scoreSize.
   * @param index of the step since training began, resumed or not
   */
  async take(batch: Batch, learningRate: number, index: number): Promise<Float32Array> {
    const { tasked, adam, distillation } = this.training;
    const answers = await distillation?.teacher.answers(batch);
    const step = this.#ofSize(batch.count);
    this.#step = index;
    const { rate, epsilon } = adam.begin(learningRate);
    const targets = tasked.task.fed(tasked.targetsOf(batch));
    const scores = await step.run(
      ...[...tasked.inputsOf(batch), targets, Float32Array.of(rate), Float32Array.of(epsilon), ...(answers ?? [])],
    );
    // The array of the scores belongs to the traced step.
    await adam.finish({ rate, epsilon });
    return scores;
  }

  /** Releases the traced steps. */
  dispose(): void {
    for (const step of this.#bySize.values()) step.dispose();
    this.#bySize.clear();
  }

  #ofSize(count: number): TracedFunction {
    const known = this.#bySize.get(count);
    if (known) return known;
    const { tasked, distillation, seeds } = this.training;
    const answers = distillation?.teacher.sizes.map((size) => [count, size]) ?? [];
    const inputs = tasked.shapesOf(count);
    // Rate and epsilon come between targets and the teacher's answers, which only a student has.
    const shapes = [...inputs, [count, tasked.task.fedSize], [], [], ...answers];
    const examples = shapes.flatMap((shape, i) => (shape.length > 0 ? [i] : []));
    const compute = (...inputs: tf.Tensor[]): tf.Tensor2D =>
      stepOn(this.training, inputs, [DRAW_STREAM, ...seeds, this.#step]);
    const step = trace(compute, shapes, { examples });
    this.#bySize.set(count, step);
    return step;
  }
}

/** Computes one step and returns the scores, which are kept. Everything computed across examples is a mean. */
function stepOn(
  { tasked, weights, adam, distillation, learner }: Training,
  inputs: readonly tf.Tensor[],
  draws: readonly number[],
): tf.Tensor2D {
  const count = tasked.network.inputs.length;
  const examples = inputs.slice(0, count);
  const [targets, rate, epsilon, answers, ...rows] = inputs.slice(count) as [
    tf.Tensor2D, tf.Scalar, tf.Scalar, tf.Tensor2D | undefined, ...tf.Tensor2D[],
  ]; // prettier-ignore
  let kept: tf.Tensor2D | undefined;
  let heard: readonly tf.Tensor[] = [];
  const { grads } = tf.variableGrads(
    () => {
      const pass = () => tasked.scoresOf(examples, { training: true, draws });
      const { result, outputs } = hear(tasked.network, learner?.layers ?? [], pass);
      kept = tf.keep(result);
      heard = outputs;
      const given = tasked.task.loss(targets, kept);
      const loss =
        distillation && answers ? distilled(tasked.task.soft, distillation, { given, answers, scores: kept }) : given;
      const hidden = learner ? [learner.loss(outputs, rows)] : [];
      const penalties = tasked.network.penalties();
      return [...hidden, ...penalties].reduce<tf.Scalar>((sum, term) => tf.add(sum, term), loss);
    },
    weights.map(({ variable }) => variable),
  );
  tf.dispose([...heard]);
  adam.apply(grads, { rate, epsilon });
  if (!kept) throw new Error('the forward pass did not run');
  return kept;
}

/**
 * Returns (1 - alpha) times the loss against the targets, plus alpha times that against the teacher's answers. Where a
 * temperature T softens these, the latter counts T^2 times.
 */
function distilled(
  soft: SoftTargets,
  { temperature, alpha }: Distillation,
  { given, answers, scores }: { given: tf.Scalar; answers: tf.Tensor2D; scores: tf.Tensor2D },
): tf.Scalar {
  const weight = soft.softens ? alpha * temperature * temperature : alpha;
  return tf.add(tf.mul(given, 1 - alpha), tf.mul(soft.loss(answers, scores, temperature), weight));
}
