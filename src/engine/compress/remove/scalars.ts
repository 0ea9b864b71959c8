import { identifierOf, numberOf, type Config } from '../../model/topology-json';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Activations of one number by the names of Keras and TensorFlow.js. */
const ACTIVATIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  sigmoid,
  hardsigmoid: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  tanh: Math.tanh,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => x * sigmoid(x),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
};

/** What the activation named in a configuration makes of one number; null where that is not known. */
export function activated(config: Config, value: number): number | null {
  const name = identifierOf(config['activation']) ?? 'linear';
  return ACTIVATIONS[name.replaceAll('_', '').toLowerCase()]?.(value) ?? null;
}

/** What a layer that treats each number by itself makes of one, at inference; null where that is not known. */
export function elementwise(type: string, config: Config, value: number): number | null {
  switch (type) {
    case 'Activation':
      return activated(config, value);
    case 'ReLU': {
      const threshold = numberOf(config['threshold'], 0);
      const most = numberOf(config['max_value'], Infinity);
      const slope = numberOf(config['negative_slope'], 0);
      return value < threshold ? slope * (value - threshold) : Math.min(value, most);
    }
    case 'LeakyReLU':
      return value >= 0 ? value : numberOf(config['alpha'] ?? config['negative_slope'], 0.3) * value;
    case 'ELU':
      return value >= 0 ? value : numberOf(config['alpha'], 1) * Math.expm1(value);
    case 'ThresholdedReLU':
      return value > numberOf(config['theta'], 1) ? value : 0;
    case 'PReLU':
      return value >= 0 ? value : null;
    default:
      return /^(Dropout|SpatialDropout|Gaussian|AlphaDropout|ActivityReg|UpSampling|Cropping|MaxPooling|AveragePooling|Global|Repeat|Flatten|Reshape|InputLayer)/.test(
        type,
      )
        ? value
        : null;
  }
}
