import type { layers } from './tfjs-layers';

/** Disposes of a model with all of its weights: TensorFlow.js keeps those of a layer that is called several times. */
export function disposeModel(model: layers.LayersModel): void {
  const variables = model.weights.map((weight) => weight.read());
  model.dispose();
  for (const variable of variables) if (!variable.isDisposed) variable.dispose();
}
