import { tf } from '../../tf';
import type { BatchNormalization, ChannelMoments } from '../network';
import { numberOf } from './description/json';
import type { ModelVariable } from './binding';
import type { layers } from './tfjs-layers';

type Layer = layers.layers.Layer;

/**
 * Finds the batch normalizations among the layers of a model.
 * @param names tensor name of each variable
 */
export function normalizationsOf(
  leaves: readonly Layer[],
  names: ReadonlyMap<ModelVariable, string>,
): BatchNormalization[] {
  return leaves
    .filter((layer) => layer.getClassName() === 'BatchNormalization')
    .map((layer) => {
      const nameOf = (weight: string): string => names.get(weightOf(layer, weight)!)!;
      return { mean: nameOf('moving_mean'), variance: nameOf('moving_variance'), watch: (hear) => watch(layer, hear) };
    });
}

const weightOf = (layer: Layer, name: string): ModelVariable | undefined =>
  layer.weights.find(({ originalName }) => originalName.endsWith(`/${name}`));

function watch(layer: Layer, hear: (moments: ChannelMoments) => void): () => void {
  const call = layer.call.bind(layer);
  layer.call = (inputs) => {
    const { output, ...moments } = normalized(layer, Array.isArray(inputs) ? inputs[0]! : inputs);
    hear(moments);
    return output;
  };
  return () => {
    layer.call = call;
  };
}

function normalized(layer: Layer, x: tf.Tensor): ChannelMoments & { readonly output: tf.Tensor } {
  const config = layer.getConfig();
  const given = numberOf(config['axis'], -1);
  const axis = given < 0 ? x.rank + given : given;
  const others = [...x.shape.keys()].filter((one) => one !== axis);
  const { mean, variance } = tf.moments(x, others, true);
  const broadcast = x.shape.map((size, i) => (i === axis ? size : 1));
  const [gamma, beta] = ['gamma', 'beta'].map((name) => weightOf(layer, name)?.read());
  let output: tf.Tensor = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, numberOf(config['epsilon'], 1e-3))));
  if (gamma) output = tf.mul(output, tf.reshape(gamma, broadcast));
  if (beta) output = tf.add(output, tf.reshape(beta, broadcast));
  return { output, mean: tf.reshape(mean, [-1]), variance: tf.reshape(variance, [-1]) };
}
