import type { tf } from '../../../tf';
import { layers as tfLayers } from '../tfjs-layers';

/** An activation by the name that TensorFlow.js has for it, as a function; none changes nothing. */
export function activationFunction(name: string | null | undefined): (x: tf.Tensor) => tf.Tensor {
  if (name === null || name === undefined || name === 'linear') return (x) => x;
  const layer = tfLayers.layers.activation({ activation: name as 'tanh' });
  return (x) => layer.call(x, {}) as tf.Tensor;
}
