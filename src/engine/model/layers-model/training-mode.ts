import { tf } from '../../tf';
import { layers, type LayersModel } from './tfjs-layers';

type Layer = layers.layers.Layer;

/**
 * Makes the batch normalizations of a running model train as in Keras. TensorFlow.js fails on those without scale or
 * center. In training, frozen ones keep and use their statistics, as at inference.
 */
export function mendBatchNormalization(model: LayersModel): void {
  for (const layer of leavesOf(model)) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const { scale, center } = layer.getConfig();
    // Not in `weights`, since these values are in no checkpoint.
    if (scale === false) Object.assign(layer, { gamma: constant(layer, tf.ones) });
    if (center === false) Object.assign(layer, { beta: constant(layer, tf.zeros) });
    if (!layer.trainable) holdAtInference(layer);
  }
}

/** Makes a layer compute as at inference, also while its model trains. */
export function holdAtInference(layer: Layer): void {
  const call = layer.call.bind(layer);
  layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false });
}

/** Stands for a weight with the same value everywhere. Read it within a tidy. */
const constant = (layer: Layer, make: (shape: number[]) => tf.Tensor) => ({
  read: () => make(layer.weights[0]!.shape.map((size) => size ?? 1)),
});

/** Lists the layers of a model, with those of nested models and wrappers in their place. */
export function leavesOf(model: LayersModel): Layer[] {
  return model.layers.flatMap(dissolved);
}

function dissolved(layer: Layer): Layer[] {
  if (layer instanceof layers.LayersModel) return leavesOf(layer);
  const wrapped: unknown = Reflect.get(layer, 'layer');
  return wrapped instanceof layers.layers.Layer ? [layer, ...dissolved(wrapped)] : [layer];
}
