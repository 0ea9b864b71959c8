import { UserError } from '../../protocol/errors';
import { isEven, normalizationName, ofChannel, type Normalization } from '../../protocol/normalization';
import type { Batch } from '../dataset/examples';
import type { NumberFacts, Targets } from '../dataset/targets';
import type { Network, NetworkInput, NetworkOutput } from '../model/network';
import { inputShape } from './input-shape';
import { NoTask } from './tasks/task';

/** Examples of one shape, and what is known of their targets. */
export interface Exemplary {
  readonly shape: readonly number[];
  readonly targets: Targets;
  /** Null for numbers that enter unchanged. */
  readonly normalization: Normalization | null;
}

/** An input of a network, and the numbers of the data that enter it. */
export interface FedInput {
  /** Shape for one example, as the network takes it. */
  readonly shape: readonly number[];
  /** Returns the numbers of a batch, count x shape. */
  readonly valuesOf: (batch: Batch) => Float32Array;
  /** The data behind them: its shape for one example, and its normalization, null for numbers that enter unchanged. */
  readonly stored: Pick<Exemplary, 'shape' | 'normalization'>;
}

/** Finds what enters each input of a network. @throws NoTask, UserError where examples do not fit */
export function fedInputs(network: Network, examples: Exemplary): FedInput[] {
  const { targets, shape } = examples;
  return network.inputs.map((input): FedInput => {
    const array = arrayOf(targets.said.inputs?.[input.name] ?? input.name, targets);
    const isNamed = targets.said.inputs?.[input.name] !== undefined || targets.namedOnly === true || network.inputs.length > 1; // prettier-ignore
    if (!isNamed) return { shape: inputShape(input.shape, shape), valuesOf: ({ values }) => values, stored: examples };
    if (!array) throw nothingFor('input', input, targets);
    const scale = array.facts.pixels ? examples.normalization : null;
    if (scale && !isEven(scale) && array.facts.shape.at(-1) !== 3)
      throw new UserError(
        `The normalization ${normalizationName(scale)} has a number for each of three channels, which the array ${array.name} has not: give one number for all.`,
      );
    return {
      shape: inputShape(input.shape, array.facts.shape.length === 0 ? [1] : array.facts.shape),
      stored: { shape: array.facts.shape, normalization: scale },
      valuesOf: ({ named }) => {
        const values = named.get(array.name)!;
        return scale ? values.map((x, i) => (x / 255 - ofChannel(scale.mean, i)) / ofChannel(scale.std, i)) : values;
      },
    };
  });
}

/** The facts about the targets of one output, and a batch with these alone. */
export interface OutputTargets {
  readonly targets: Targets;
  readonly of: (batch: Batch) => Batch;
}

/** Finds the targets of an output. @throws NoTask where a network with several outputs has none for one of them */
export function targetsFor(network: Network, output: NetworkOutput, { targets }: Exemplary): OutputTargets {
  const said = targets.said.outputs?.[output.name];
  const { classNames, ...rest } = targets.said;
  const several = network.outputs.length > 1;
  const its = {
    ...rest,
    // The data cannot say to which of several outputs the names belong.
    ...(classNames && !several ? { classNames } : {}),
    ...(said?.task ? { task: said.task } : {}),
    ...(said?.loss ? { loss: said.loss } : {}),
  };
  const array = arrayOf(said?.target ?? output.name, targets);
  if (array && (said?.target !== undefined || targets.namedOnly === true || several))
    return {
      targets: { numbers: array.facts, said: its },
      of: (batch) => ({ ...batch, labels: new Int32Array(0), numbers: batch.named.get(array.name)! }),
    };
  if (several || said?.target !== undefined) throw nothingFor('output', output, targets);
  return { targets: { ...targets, said: its }, of: (batch) => batch };
}

function arrayOf(name: string, { named }: Targets): { readonly name: string; readonly facts: NumberFacts } | undefined {
  const facts = named?.get(name);
  return facts && { name, facts };
}

function nothingFor(what: 'input' | 'output', end: NetworkInput | NetworkOutput, { named }: Targets): NoTask {
  const has =
    named && named.size > 0 ? `its arrays are ${[...named.keys()].join(', ')}` : 'none of its arrays has a name';
  return new NoTask(
    `The model has an ${what} "${end.name}", but the data has no array of that name (${has}): name the arrays of an .npz file like the inputs and outputs of the model, or say them as "${what}s" in a NAME.data.json.`,
  );
}
