import {
  bitsOf,
  isChannelInteger,
  type Bits,
  type QuantizedLayer,
  type QuantizeStep,
} from '../../../protocol/steps/quantize';
import { quantizeTensor } from '../../checkpoint/quantize-tensor';
import { tensorBytes } from '../../checkpoint/tensor-bytes';
import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import { kernelChannels, type Channels } from '../../model/kernel-channels';
import { distinctValues } from '../../train/constraints/distinct';
import { constraintOf } from '../../train/constraints/recognize';
import { isAllFinite } from '../value-range';
import { amountsByLayer, protectedLayers } from '../layer-names';
import { gridOf, roundedTo, weightsOf, type KernelGrids } from './channel-grid';

/** The numbers of biases and normalization where kernels have a scale for each output channel. */
export const OTHERS = 'uint16' satisfies Bits;

/** A quantized model, and the effect on each of its layers. */
export interface QuantizedModel {
  readonly model: ModelContent;
  readonly layers: readonly QuantizedLayer[];
  /** The grids of kernels that have one for each output channel, by tensor name. */
  readonly grids: ReadonlyMap<string, KernelGrids>;
}

/**
 * Quantizes a model, each weight to the nearest value.
 * @throws UserError where a name in the step stands for no layer that can be quantized
 */
export function quantized(model: ModelContent, step: QuantizeStep): QuantizedModel {
  const tensors = new Map(model.tensors);
  const grids = new Map<string, KernelGrids>();
  // A tensor of two layers is quantized once. Tensors of a graph are not always those of its model: some know their function.
  const done = new Set<string>();
  const effects = numbersOf(model, step).map((decision): Effect => {
    if ('reason' in decision) return decision;
    const { layer, bits } = decision;
    for (const one of layer.tensors.filter((each) => isChosen(each, step) && sharedValues(each, bits) === undefined)) {
      if (done.has(one.tensor.name)) continue;
      const now = isChannelInteger(bits) && one.kernel ? onChannelGrids(one, bits, step) : undefined;
      const tensor = now?.tensor ?? quantizeTensor(one.tensor, isChannelInteger(bits) ? OTHERS : bits);
      if (!tensor) return { layer, reason: `${one.tensor.name} has values beyond the range of ${bits}` };
      done.add(one.tensor.name);
      tensors.set(one.tensor.name, tensor);
      if (now) grids.set(one.tensor.name, now.grids);
    }
    return decision;
  });
  const layers = effects.map((effect) => report(effect, model.tensors, tensors));
  return { model: { ...model, tensors }, layers, grids };
}

/** The numbers of a layer, or the reason why it is left alone. */
export type Effect = { readonly layer: GraphLayer } & ({ readonly bits: Bits } | { readonly reason: string });

/** Decides the numbers of each layer. @throws UserError where a name in the step stands for no layer that can be quantized */
export function numbersOf(model: ModelContent, step: QuantizeStep): Effect[] {
  const { layers } = readGraph(model);
  const whyNot = (layer: GraphLayer): string | undefined =>
    layer.tensors.some((one) => isChosen(one, step))
      ? undefined
      : `it has no ${step.weights === 'all' ? 'weights' : 'kernel'} of float32`;
  const own = amountsByLayer(layers, step.layers ?? {}, {
    possible: () => layers.filter((layer) => whyNot(layer) === undefined),
    why: (i) => {
      const reason = whyNot(layers[i]!);
      return reason && `The layer "${layers[i]!.name}" cannot be quantized, because ${reason}: leave it out.`;
    },
  });
  const kept = protectedLayers(layers, step.protect);
  return layers.map((layer, i) => {
    const bits = own.get(i) ?? step.bits;
    const pattern = kept.get(layer.name);
    const reason = pattern === undefined ? whyNot(layer) : `it is protected by "${pattern}"`;
    if (reason !== undefined) return { layer, reason };
    if (bits === 'float32') return { layer, reason: 'as the step says' };
    const shared = layer.tensors.filter((one) => isChosen(one, step)).map((one) => sharedValues(one, bits));
    const few = shared.every((values) => values !== undefined) ? Math.max(...shared) : undefined;
    return few === undefined ? { layer, bits } : { layer, reason: `its weights share ${few} values, which a packed file stores in no more than ${bitsOf(bits)} bits each, and which grids for each channel would not keep` }; // prettier-ignore
  });
}

/**
 * Counts the values that the weights of a kernel share, as clusters do, with 0, where a grid of so few bits for each channel
 * has no fewer: it would make others of them, for nothing. Undefined for other weights, and for 8 bits and more.
 */
function sharedValues(one: GraphTensor, bits: Bits): number | undefined {
  const { data } = one.tensor;
  const most = 2 ** bitsOf(bits) - 1;
  // Most weights have more values, which is seen in the first few.
  if (!isChannelInteger(bits) || bits === 'int8' || !one.kernel) return undefined;
  if (!(data instanceof Float32Array) || !distinctValues(data, most)) return undefined;
  const form = constraintOf(one)?.form;
  return form?.kind === 'codebook' ? form.values.length + (data.includes(0) ? 1 : 0) : undefined;
}

/** Rounds a kernel to grids of its own for each output channel; undefined where a value is not a number. */
function onChannelGrids(
  one: GraphTensor,
  bits: Bits,
  step: QuantizeStep,
): { tensor: Tensor; grids: KernelGrids } | undefined {
  const { tensor } = one;
  const { data } = tensor;
  if (!(data instanceof Float32Array) || !isAllFinite(tensor)) return undefined;
  const grids = gridsOf(data, kernelChannels(one), bits, step);
  // Stored numbers of an earlier quantization do not hold these values.
  const { quantization: _, ...plain } = tensor;
  return { tensor: { ...plain, data: roundedTo(grids, data) }, grids };
}

/** Finds the grid of each output channel of a kernel. @param bits those of a channel integer */
export function gridsOf(
  data: Float32Array,
  channels: Channels,
  bits: Bits,
  { grid = bits === 'int8' ? 'symmetric' : 'affine' }: Pick<QuantizeStep, 'grid'>,
): KernelGrids {
  const grids = Array.from({ length: channels.count }, (_, channel) =>
    gridOf(weightsOf(data, channels, channel), bitsOf(bits), grid),
  );
  return { channels, grids };
}

/** Reports the effect on a layer, from its weights before and after. */
function report(effect: Effect, before: Tensors, after: Tensors): QuantizedLayer {
  const { layer } = effect;
  const bytes = { before: bytesOf(layer, before), after: bytesOf(layer, after) };
  if ('reason' in effect)
    return { name: layer.name, state: 'kept', reason: effect.reason, bytes: { ...bytes, after: bytes.before } };
  return { name: layer.name, state: 'quantized', bits: effect.bits, error: changeOf(layer, before, after), bytes };
}

/** Root of the mean squared change of a layer's changed weights, as a share of the root of their mean square. */
export function changeOf({ tensors }: GraphLayer, before: Tensors, after: Tensors): number {
  let [change, size] = [0, 0];
  for (const { tensor } of tensors) {
    const [was, is] = [before.get(tensor.name)!, after.get(tensor.name)!];
    if (was === is) continue;
    for (let i = 0; i < was.data.length; i++) {
      change += (is.data[i]! - was.data[i]!) ** 2;
      size += was.data[i]! ** 2;
    }
  }
  return size === 0 ? 0 : Math.sqrt(change / size);
}

const isChosen = ({ kernel, tensor }: GraphTensor, { weights }: QuantizeStep): boolean =>
  tensor.dtype === 'float32' && (kernel || weights === 'all');

const bytesOf = ({ tensors }: GraphLayer, now: Tensors): number =>
  tensors.reduce((sum, { tensor: { name } }) => sum + tensorBytes(now.get(name)!), 0);
