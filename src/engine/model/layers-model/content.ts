import type { ModelContent, Tensor, Tensors } from '../../checkpoint/types';
import { layers, type LayersModel } from './tfjs-layers';

/** Converts a running model to data for `writeCheckpoint`: topology and weights, without optimizer state. */
export function fromLayersModel(model: LayersModel): ModelContent & { readonly tensors: Tensors } {
  const tensors = new Map<string, Tensor>();
  for (const variable of model.weights) {
    const value = variable.read();
    const { dtype } = value;
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
      throw new Error(`Weights of type ${dtype} cannot be stored.`);
    }
    const name = variable.originalName;
    tensors.set(name, { name, shape: value.shape, dtype, data: value.dataSync<'float32'>().slice() });
  }
  return {
    modelTopology: describedAs(model),
    tensors,
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${layers.version_layers}`,
  };
}

/** Describes the layers of a running model as model.json would. */
export function describedAs(model: LayersModel): Record<string, unknown> {
  const topology: unknown = model.toJSON(null, false);
  // The JSON round trip keeps exactly the values that will be read back.
  return JSON.parse(JSON.stringify(topology)) as Record<string, unknown>;
}
