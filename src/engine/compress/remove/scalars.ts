import type { Op } from '../../model/op/op';
import type { Activation, ActivationLayer } from '../../model/op/attributes';

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const SELU = { alpha: 1.6732632423543772, scale: 1.0507009873554805 };

/** Activations of one value, by name. */
const ACTIVATIONS: Readonly<Record<Activation, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  sigmoid,
  hardsigmoid: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
  hardsigmoid6: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  tanh: Math.tanh,
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => SELU.scale * (x > 0 ? x : SELU.alpha * Math.expm1(x)),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  swish: (x) => x * sigmoid(x),
  silu: (x) => x * sigmoid(x),
  mish: (x) => x * Math.tanh(softplus(x)),
};

/** Applies an activation to one value; null where it is unknown. */
export const activated = (activation: Activation, value: number): number | null =>
  Object.hasOwn(ACTIVATIONS, activation) ? ACTIVATIONS[activation]!(value) : null;

/** Applies an elementwise op to one value, at inference; null where the result is unknown. */
export function elementwise(op: Op, value: number): number | null {
  switch (op.kind) {
    case 'activation':
      return activatedBy(op, value);
    case 'prelu':
      return value >= 0 ? value : null;
    case 'rescaling':
      return op.scale === null || op.offset === null ? null : value * op.scale + op.offset;
    // The zeros at the edge differ from the constant.
    case 'pad':
      return value === 0 ? 0 : null;
    case 'input':
    case 'noise':
    case 'identity':
    case 'upsample':
    case 'crop':
    case 'pool':
    case 'global-pool':
    case 'repeat':
    case 'flatten':
    case 'reshape':
    case 'concat':
      return value;
    default:
      return null;
  }
}

function activatedBy(op: ActivationLayer, value: number): number | null {
  switch (op.form) {
    case 'named':
      return activated(op.activation, value);
    case 'rectifier':
      return value < op.threshold ? op.slope * (value - op.threshold) : Math.min(value, op.most);
    case 'thresholded':
      return value > op.threshold ? value : 0;
    case 'exponential':
      return value >= 0 ? value : op.alpha * Math.expm1(value);
  }
}
