import { UserError } from '../../protocol/errors';
import { RAW, type Normalization } from '../../protocol/normalization';
import type { Batch } from '../dataset/examples';
import type { SizedData } from '../dataset/open-data';
import type { Targets } from '../dataset/targets';
import { INFERENCE, type Network, type Pass } from '../model/network';
import { tf } from '../tf';
import { inputShape } from './input-shape';
import { answersProbabilities } from './probabilities';
import { chooseTask } from './tasks/choose';
import type { Task } from './tasks/task';

/** A network together with its task on some data. */
export interface TaskedNetwork {
  readonly network: Network;
  readonly task: Task;
  /** Computes the scores of a batch, count x scoreSize. The pass is an inference pass unless another is given. Call it within a tidy. */
  scores(batch: Batch, pass?: Pass): tf.Tensor2D;
  /** Does the same from the tensor of the examples, of the shape `shapeOf(count)`. */
  scoresOf(examples: tf.Tensor, pass?: Pass): tf.Tensor2D;
  /** Does the same from the network's output. */
  scoresFrom(output: tf.Tensor): tf.Tensor2D;
  shapeOf(count: number): number[];
}

/** Examples of one shape, and what is known of their targets. */
export interface Exemplary {
  readonly shape: readonly number[];
  readonly targets: Targets;
  /** Null for numbers that enter unchanged. */
  readonly normalization: Normalization | null;
}

/** Returns data whose normalization is not decided yet as examples that stand for it. */
export const asStored = ({ shape, targets, kind }: SizedData): Exemplary => ({
  ...{ shape, targets },
  normalization: kind === 'pixels' ? RAW : null,
});

/**
 * Gives a network its task on such examples.
 * @throws NoTask where output and targets do not fit each other, UserError where the examples do not fit
 */
export function withTask(network: Network, { shape, targets, normalization }: Exemplary): TaskedNetwork {
  const [first, ...others] = network.outputs;
  if (network.inputs.length !== 1 || !first || others.length > 0)
    throw new UserError(
      `The model has ${network.inputs.length} inputs and ${network.outputs.length} outputs: only models with one of each can be evaluated or trained.`,
    );
  const input = inputShape(network.inputs[0]!.shape, shape);
  const task = chooseTask({
    ...{ output: undefined, activation: first.activation, input, targets, normalization },
    shape: outputShape(network, input),
    probabilities: () => answersProbabilities(network, input),
    trained: network.trainedFor?.lossOf({ name: first.name, index: 0 }),
  });
  const shapeOf = (count: number): number[] => [count, ...input];
  const scoresFrom = (output: tf.Tensor): tf.Tensor2D => task.scoresFrom([output]);
  const scoresOf = (x: tf.Tensor, pass = INFERENCE): tf.Tensor2D => task.scoresFrom(network.forward([x], pass));
  return {
    ...{ network, task, scoresOf, scoresFrom, shapeOf },
    scores: (batch, pass) => scoresOf(tf.tensor(batch.values, shapeOf(batch.count)), pass),
  };
}

/** Returns the shape of the output for one example. Sizes that the description leaves open are found by a pass. */
function outputShape(network: Network, input: readonly number[]): number[] {
  const sizes = network.outputs[0]!.shape.slice(1);
  const known = sizes.filter((size) => size !== null);
  if (known.length === sizes.length) return known;
  return tf.tidy(() => network.forward([tf.zeros([1, ...input])], INFERENCE)[0]!.shape.slice(1));
}
