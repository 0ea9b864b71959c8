import { tf } from '../../../tf';
import { layers as tfLayers } from '../tfjs-layers';
import type { Build, Scaling } from './plan';

const { batchNormalization, dense, flatten } = tfLayers.layers;

/** Features are divided by the root of their variance; TensorFlow.js adds this to it. */
const EPSILON = 1e-7;

/**
 * A network of dense layers with relu between them. Features that are no pixels are standardized first, by a frozen
 * batch normalization with the mean and the variance of the training examples.
 */
export const mlp: Build = ({ draw, input, outputs, activation, units, scaling }) => {
  const inputShape = [...input];
  const scale = batchNormalization({
    ...{ name: 'standardize', inputShape, center: false, scale: false, epsilon: EPSILON },
    trainable: false,
  });
  const first = scaling ? [scale] : input.length > 1 ? [flatten({ name: 'flatten', inputShape })] : [];
  const hidden = units.map((count, i) =>
    dense({
      ...{ name: `dense${i + 1}`, units: count, activation: 'relu', kernelInitializer: draw.he() },
      ...(i === 0 && first.length === 0 ? { inputShape } : {}),
    }),
  );
  const logits = dense({ name: 'logits', units: outputs, activation, kernelInitializer: draw.glorot() });
  const model = tfLayers.sequential({ name: 'mlp', layers: [...first, ...hidden, logits] });
  if (scaling) tf.tidy(() => scale.setWeights(weightsOf(scaling)));
  return model;
};

/** A feature that never changes keeps its scale. */
const weightsOf = ({ mean, variance }: Scaling): tf.Tensor[] => [
  tf.tensor1d(mean),
  tf.tensor1d(variance.map((value) => (value > 0 ? value : 1))),
];
