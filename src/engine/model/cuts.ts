import type { layers, tf } from '../tf';
import { answersOf, type LayersModel } from './runnable';
import type { ModelVariable } from './weights/binding';

type Symbolic = layers.SymbolicTensor;
/** One call of a layer: its inputs, and what it makes of them. */
type Call = layers.layers.Layer['inboundNodes'][number];

/** A tensor within a running model through which all goes that comes behind it. */
export interface Cut {
  /** The same for the same tensor. */
  readonly id: number;
  /** Lengths of its axes for one example. */
  readonly shape: readonly number[];
  /** Names of the layers before it. */
  readonly layers: readonly string[];
  /** Computes it from the model's input. Call it within a tidy. */
  readonly head: (input: tf.Tensor) => tf.Tensor;
  /** Computes the model's output from it. Call it within a tidy. */
  readonly tail: (tensor: tf.Tensor) => tf.Tensor;
}

/** Layers that tell others which examples to leave out, beside the tensors that they make. */
const MASKING: ReadonlySet<string> = new Set(['Masking', 'Embedding']);

/**
 * Where a model with one input and one output can be cut, from its input on, so that none of `variables` is before the cut.
 * The input itself is no cut.
 */
export function cutsBefore(model: LayersModel, variables: ReadonlySet<ModelVariable>): Cut[] {
  const [input, output] = [model.inputs[0]!, model.outputs[0]!];
  const calls = callsBefore(output);
  if (calls.some(({ outboundLayer }) => MASKING.has(outboundLayer.getClassName()))) return [];
  const end = calls.findIndex(({ outboundLayer }) => outboundLayer.weights.some((weight) => variables.has(weight)));
  const lastRead = new Map<Call, number>();
  for (const [i, call] of calls.entries()) for (const tensor of call.inputTensors) lastRead.set(callOf(tensor), i);
  const cuts: Cut[] = [];
  /** The last call that reads what is made before the one in hand. */
  let reach = 0;
  for (const [i, call] of calls.slice(0, Math.max(0, end)).entries()) {
    const [tensor, ...others] = call.outputTensors;
    const shape = tensor!.shape.slice(1);
    if (tensor !== input && others.length === 0 && reach <= i && isKnown(shape)) {
      cuts.push({
        id: tensor!.id,
        shape,
        layers: calls.slice(0, i + 1).map(({ outboundLayer }) => outboundLayer.name),
        head: (x) => run(calls.slice(0, i + 1), input, x, tensor!),
        tail: (x) => run(calls.slice(i + 1), tensor!, x, output),
      });
    }
    reach = Math.max(reach, lastRead.get(call) ?? 0);
  }
  return cuts;
}

const callOf = ({ sourceLayer, nodeIndex }: Symbolic): Call => sourceLayer.inboundNodes[nodeIndex]!;

/** The calls that a tensor takes, each after those whose results it reads. */
function callsBefore(tensor: Symbolic): Call[] {
  const order = new Set<Call>();
  const visit = (call: Call): void => {
    if (order.has(call)) return;
    // That of the input reads its own result.
    if (call.inboundLayers.length > 0) for (const input of call.inputTensors) visit(callOf(input));
    order.add(call);
  };
  visit(callOf(tensor));
  return [...order];
}

const isKnown = (shape: readonly (number | null)[]): shape is number[] => shape.every((length) => length !== null);

/** Makes the calls, in order, beginning with one tensor that is known. */
function run(calls: readonly Call[], from: Symbolic, value: tf.Tensor, wanted: Symbolic): tf.Tensor {
  const values = new Map([[from.id, value]]);
  for (const { outboundLayer, inputTensors, outputTensors } of calls) {
    if (outputTensors.every(({ id }) => values.has(id))) continue;
    const inputs = inputTensors.map(({ id }) => values.get(id)!);
    const results = answersOf(outboundLayer, inputs.length === 1 ? inputs[0]! : inputs, false);
    for (const [i, result] of results.entries()) values.set(outputTensors[i]!.id, result);
  }
  return values.get(wanted.id)!;
}
