import type { tf } from '../../tf';
import type { SplitPoint } from '../network';
import { answersOf } from './answers';
import type { ModelVariable } from './binding';
import type { layers, LayersModel } from './tfjs-layers';

type Symbolic = layers.SymbolicTensor;
/** One call of a layer, with its input and output tensors. */
type Call = layers.layers.Layer['inboundNodes'][number];

/** A split point with the names of layers. */
export interface LayerSplit extends Omit<SplitPoint, 'macs'> {
  /** Names of the layers before it. */
  readonly layers: readonly string[];
}

/** Layers that pass a mask to later layers beside their output. */
const MASKING: ReadonlySet<string> = new Set(['Masking', 'Embedding']);

/**
 * Finds the tensors at which a model with one input and one output can be split, in order, so that none of `variables`
 * is before the split. The input itself is not one of them.
 */
export function splitPointsBefore(model: LayersModel, variables: ReadonlySet<ModelVariable>): LayerSplit[] {
  const [input, output] = [model.inputs[0]!, model.outputs[0]!];
  if (model.inputs.length > 1 || model.outputs.length > 1) return [];
  const calls = callsBefore(output);
  if (calls.some(({ outboundLayer }) => MASKING.has(outboundLayer.getClassName()))) return [];
  const end = calls.findIndex(({ outboundLayer }) => outboundLayer.weights.some((weight) => variables.has(weight)));
  const lastRead = new Map<Call, number>();
  for (const [i, call] of calls.entries()) for (const tensor of call.inputTensors) lastRead.set(callOf(tensor), i);
  const points: LayerSplit[] = [];
  /** Index of the last call that reads an earlier result. */
  let reach = 0;
  for (const [i, call] of calls.slice(0, Math.max(0, end)).entries()) {
    const [tensor, ...others] = call.outputTensors;
    const shape = tensor!.shape.slice(1);
    if (tensor !== input && others.length === 0 && reach <= i && isKnown(shape)) {
      points.push({
        id: tensor!.id,
        shape,
        layers: calls.slice(0, i + 1).map(({ outboundLayer }) => outboundLayer.name),
        head: (x) => run(calls.slice(0, i + 1), input, x, tensor!),
        tail: (x) => run(calls.slice(i + 1), tensor!, x, output),
      });
    }
    reach = Math.max(reach, lastRead.get(call) ?? 0);
  }
  return points;
}

const callOf = ({ sourceLayer, nodeIndex }: Symbolic): Call => sourceLayer.inboundNodes[nodeIndex]!;

/** Lists the calls that compute a tensor, each after the calls that it depends on. */
function callsBefore(tensor: Symbolic): Call[] {
  const order = new Set<Call>();
  const visit = (call: Call): void => {
    if (order.has(call)) return;
    // The call of the input layer reads its own result.
    if (call.inboundLayers.length > 0) for (const input of call.inputTensors) visit(callOf(input));
    order.add(call);
  };
  visit(callOf(tensor));
  return [...order];
}

const isKnown = (shape: readonly (number | null)[]): shape is number[] => shape.every((length) => length !== null);

/** Runs the calls in order, from one known tensor. */
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
