import { CLIP_GRADIENT } from '../kernels/own-kernels';
import { BACKEND_NAME } from '../step-boundary';
import { tf } from '../tf';
import type { GradientFunction } from './gradient-function';

/** Reshapes dy as if the reduction had kept the reduced axes. */
function withReducedAxes(dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap): tf.Tensor {
  const axes = tf.util.parseAxisParam(attributes['axis'] as number | number[], x.shape);
  return tf.reshape(
    dy,
    x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)),
  );
}

/**
 * Cheaper gradients for this backend. Their numbers equal those of tfjs, without tensors of ones and zeros as large as
 * the input.
 */
export const cheaperGradients: Readonly<Record<string, GradientFunction>> = {
  Mean: whereNative((dy, [x], attributes) => ({
    x: () => {
      const each = tf.div(dy, x!.size / dy.size);
      return tf.broadcastTo(withReducedAxes(each, x!, attributes), x!.shape);
    },
  })),
  Sum: whereNative((dy, [x], attributes) => ({
    x: () => tf.broadcastTo(withReducedAxes(dy, x!, attributes), x!.shape),
  })),
  ClipByValue: whereNative((dy, [x], bounds) => ({ x: () => clipGradient(dy, x!, bounds) })),
};

const clipGradient = (dy: tf.Tensor, x: tf.Tensor, bounds: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(CLIP_GRADIENT, { dy, x }, bounds);

/** Restricts a gradient to this backend and to its inputs; the others use the gradient of tfjs. */
function whereNative(ours: GradientFunction): GradientFunction {
  return (dy, saved, attributes) => {
    const isOurs = tf.getBackend() === BACKEND_NAME && saved[0]!.dtype === 'float32' && saved[0]!.size > 0;
    return isOurs ? ours(dy, saved, attributes) : undefined;
  };
}
