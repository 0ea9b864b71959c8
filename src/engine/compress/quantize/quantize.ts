import type { QuantizedLayer, QuantizeStep, StoredType } from '../../../protocol/steps/quantize';
import { storedBytes } from '../../checkpoint/dtype';
import { quantizeTensor } from '../../checkpoint/quantize-tensor';
import type { ModelContent, Tensor } from '../../checkpoint/types';
import { readGraph } from '../../model/graph';
import type { GraphLayer, GraphTensor } from '../../model/model-graph';
import { amountsByLayer, protectedLayers } from '../layer-names';

/** A quantized model, and the effect on each of its layers. */
export interface QuantizedModel {
  readonly model: ModelContent;
  readonly layers: readonly QuantizedLayer[];
}

/** @throws UserError where a name in the step stands for no layer that can be quantized */
export function quantized(model: ModelContent, step: QuantizeStep): QuantizedModel {
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
  const tensors = new Map(model.tensors);
  // A tensor of two layers is quantized once.
  const done = new Set<string>();
  const results = layers.map((layer, i): QuantizedLayer => {
    const dtype = own.get(i) ?? step.dtype;
    const pattern = kept.get(layer.name);
    const reason = pattern === undefined ? whyNot(layer) : `it is protected by "${pattern}"`;
    if (reason !== undefined || dtype === 'float32')
      return report(layer, tensors, { state: 'kept', reason: reason ?? 'as the step says' });
    return quantizedLayer(layer, step, dtype, tensors, done);
  });
  return { model: { ...model, tensors }, layers: results };
}

function quantizedLayer(
  layer: GraphLayer,
  step: QuantizeStep,
  dtype: StoredType,
  tensors: Map<string, Tensor>,
  done: Set<string>,
): QuantizedLayer {
  const before = layer.tensors.map(({ tensor }) => tensors.get(tensor.name)!);
  const bytes = bytesOf(before);
  let [change, size] = [0, 0];
  for (const { tensor } of layer.tensors.filter((one) => isChosen(one, step))) {
    if (done.has(tensor.name)) continue;
    const now = quantizeTensor(tensor, dtype);
    if (!now)
      return report(layer, tensors, {
        state: 'kept',
        reason: `${tensor.name} has values beyond the range of ${dtype}`,
      });
    done.add(tensor.name);
    tensors.set(tensor.name, now);
    for (let i = 0; i < tensor.data.length; i++) {
      change += (now.data[i]! - tensor.data[i]!) ** 2;
      size += tensor.data[i]! ** 2;
    }
  }
  const after = bytesOf(layer.tensors.map(({ tensor }) => tensors.get(tensor.name)!));
  const error = size === 0 ? 0 : Math.sqrt(change / size);
  return { name: layer.name, state: 'quantized', dtype, error, bytes: { before: bytes, after } };
}

const isChosen = ({ kernel, tensor }: GraphTensor, { weights }: QuantizeStep): boolean =>
  tensor.dtype === 'float32' && (kernel || weights === 'all');

function report(
  { name, tensors }: GraphLayer,
  now: ReadonlyMap<string, Tensor>,
  rest: Pick<QuantizedLayer, 'state' | 'reason'>,
): QuantizedLayer {
  const bytes = bytesOf(tensors.map(({ tensor }) => now.get(tensor.name)!));
  return { name, ...rest, bytes: { before: bytes, after: bytes } };
}

const bytesOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce(
    (sum, { name, shape, dtype, quantization }) =>
      sum + storedBytes({ name, shape: [...shape], dtype, ...(quantization ? { quantization } : {}) }),
    0,
  );
