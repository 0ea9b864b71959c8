import { RAW } from '../../protocol/normalization';
import type { Batch } from '../dataset/examples';
import type { SizedData } from '../dataset/open-data';
import { INFERENCE, type Network, type Pass } from '../model/network';
import { tf } from '../tf';
import type { Targets } from '../dataset/targets';
import { fedInputs, targetsFor, type Exemplary, type FedInput } from './ends';
import { answersProbabilities } from './probabilities';
import { columnsOf } from './tasks/columns';
import { chooseTask } from './tasks/choose';
import { SeveralTasks } from './tasks/several';
import type { Task } from './tasks/task';

/** An output of a network with its own task. */
export interface OutputTask {
  readonly name: string;
  /** Shape for one example. */
  readonly shape: readonly number[];
  readonly task: Task;
  readonly targets: Targets;
  /** Returns its scores, count x scoreSize of its task, from those of the whole network. */
  scoresIn(all: Float32Array): Float32Array;
  /** Returns its targets of a batch, count x targetSize of its task. @throws UserError where one cannot be right */
  targetsOf(batch: Batch): Float32Array;
}

/** A network together with its task on some data. */
export interface TaskedNetwork {
  readonly network: Network;
  readonly task: Task;
  readonly inputs: readonly FedInput[];
  readonly outputs: readonly OutputTask[];
  /** Computes the scores of a batch, count x scoreSize. The pass is an inference pass unless another is given. Call it within a tidy. */
  scores(batch: Batch, pass?: Pass): tf.Tensor2D;
  /** Does the same from a tensor for each input, of the shapes `shapesOf(count)`. */
  scoresOf(inputs: readonly tf.Tensor[], pass?: Pass): tf.Tensor2D;
  /** Does the same from the network's only output. */
  scoresFrom(output: tf.Tensor): tf.Tensor2D;
  shapesOf(count: number): number[][];
  /** Returns the numbers that enter each input for a batch. */
  inputsOf(batch: Batch): Float32Array[];
  /** Returns the targets of a batch, count x targetSize. @throws UserError where one cannot be right */
  targetsOf(batch: Batch): Float32Array;
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
export function withTask(network: Network, examples: Exemplary): TaskedNetwork {
  const inputs = fedInputs(network, examples);
  const shapes = inputs.map(({ shape }) => shape);
  const outputs = outputShapes(network, shapes);
  const several = network.outputs.length > 1;
  const parts = network.outputs.map((output, index) => {
    const { targets, of } = targetsFor(network, output, examples);
    const end = { name: output.name, index };
    const task = chooseTask({
      ...{ output: several ? output.name : undefined, activation: output.activation, masked: output.masked, targets },
      ...{ shape: outputs[index]!, input: shapes[0]!, normalization: examples.normalization },
      probabilities: () => answersProbabilities(network, index, shapes),
      trained: network.trainedFor?.lossOf(end),
    });
    const said = examples.targets.said.outputs?.[output.name]?.weight;
    return { task, of, targets, weight: said ?? network.trainedFor?.weightOf(end) ?? 1 };
  });
  const task = several ? new SeveralTasks(parts) : parts[0]!.task;
  const scoresOf = (xs: readonly tf.Tensor[], pass = INFERENCE): tf.Tensor2D =>
    task.scoresFrom(network.forward(xs, pass));
  const shapesOf = (count: number): number[][] => shapes.map((shape) => [count, ...shape]);
  const inputsOf = (batch: Batch): Float32Array[] => inputs.map(({ valuesOf }) => valuesOf(batch));
  return {
    ...{ network, task, inputs, scoresOf, shapesOf, inputsOf },
    outputs: network.outputs.map(({ name }, index) => {
      const { task: its, of, targets } = parts[index]!;
      const from = parts.slice(0, index).reduce((sum, part) => sum + part.task.scoreSize, 0);
      return {
        ...{ name, shape: outputs[index]!, task: its, targets },
        scoresIn: (all) => (several ? columnsOf(all, task.scoreSize, from, its.scoreSize) : all),
        targetsOf: (batch) => its.targetsOf(of(batch)),
      };
    }),
    scoresFrom: (output) => task.scoresFrom([output]),
    scores: (batch, pass) => {
      const of = shapesOf(batch.count);
      return scoresOf(inputsOf(batch).map((values, i) => tf.tensor(values, of[i])), pass); // prettier-ignore
    },
    targetsOf: (batch) => task.targetsOf(several ? batch : parts[0]!.of(batch)),
  };
}

/** Returns the shape of each output for one example. Sizes that the description leaves open are found by a pass. */
function outputShapes(network: Network, inputs: readonly (readonly number[])[]): number[][] {
  const sizes = network.outputs.map(({ shape }) => shape.slice(1));
  const known = sizes.map((shape) => shape.filter((size) => size !== null));
  if (known.every((shape, i) => shape.length === sizes[i]!.length)) return known;
  return tf.tidy(() =>
    network.forward(inputs.map((shape) => tf.zeros([1, ...shape])), INFERENCE).map(({ shape }) => shape.slice(1)),
  ); // prettier-ignore
}
