import { tf } from '../../tf';
import { layers, type LayersModel } from './tfjs-layers';

type Layer = layers.layers.Layer;

/**
 * Makes the batch normalizations of a running model compute in training what Keras computes: one without scale or center, in
 * which TensorFlow.js fails, and a frozen one, whose statistics stay and are used as at inference.
 */
export function mendBatchNormalization(model: LayersModel): void {
  for (const layer of leavesOf(model)) {
    if (layer.getClassName() !== 'BatchNormalization') continue;
    const { scale, center } = layer.getConfig();
    // Not `weights`: these numbers are in no checkpoint.
    if (scale === false) Object.assign(layer, { gamma: constant(layer, tf.ones) });
    if (center === false) Object.assign(layer, { beta: constant(layer, tf.zeros) });
    if (layer.trainable) continue;
    const call = layer.call.bind(layer);
    layer.call = (inputs, kwargs) => call(inputs, { ...kwargs, training: false });
  }
}

/** Stands for a weight that is the same number everywhere. Read within a tidy. */
const constant = (layer: Layer, make: (shape: number[]) => tf.Tensor) => ({
  read: () => make(layer.weights[0]!.shape.map((size) => size ?? 1)),
});

/** The layers of a model, those of nested models and wrappers in their place. */
export function leavesOf(model: LayersModel): Layer[] {
  return model.layers.flatMap(dissolved);
}

function dissolved(layer: Layer): Layer[] {
  if (layer instanceof layers.LayersModel) return leavesOf(layer);
  const wrapped: unknown = Reflect.get(layer, 'layer');
  return wrapped instanceof layers.layers.Layer ? [layer, ...dissolved(wrapped)] : [layer];
}
