import { CLIP_GRADIENT } from './kernels/own-kernels';
import { BACKEND_NAME } from './step-boundary';
import { tf } from './tf';

type Gradient = tf.GradFunc;

/** dy seen as the result of a reduction that keeps the reduced axes. */
function withReducedAxes(dy: tf.Tensor, x: tf.Tensor, attributes: tf.NamedAttrMap): tf.Tensor {
  const axes = tf.util.parseAxisParam(attributes['axis'] as number | number[], x.shape);
  return dy.reshape(x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length)));
}

/** The same numbers as tfjs's own, without tensors of ones and zeros as large as the input. */
const gradients: Readonly<Record<string, Gradient>> = {
  Mean: (dy, [x], attributes) => ({
    x: () => {
      const each = tf.div(dy as tf.Tensor, x!.size / (dy as tf.Tensor).size);
      return tf.broadcastTo(withReducedAxes(each, x!, attributes), x!.shape);
    },
  }),
  Sum: (dy, [x], attributes) => ({
    x: () => tf.broadcastTo(withReducedAxes(dy as tf.Tensor, x!, attributes), x!.shape),
  }),
  ClipByValue: (dy, [x], bounds) => ({ x: () => clipGradient(dy as tf.Tensor, x!, bounds) }),
};

const clipGradient = (dy: tf.Tensor, x: tf.Tensor, bounds: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(CLIP_GRADIENT, { dy, x }, bounds);

/**
 * Makes tfjs use other forms of some gradients on this backend. Other backends keep theirs.
 *
 * @returns a function that undoes it
 */
export function replaceGradients(): () => void {
  const originals = Object.entries(gradients).map(([kernelName, ours]) => {
    const original = tf.getGradient(kernelName);
    const gradFunc: Gradient = (dy, saved, attributes) => {
      const isOurs = tf.getBackend() === BACKEND_NAME && saved[0]!.dtype === 'float32' && saved[0]!.size > 0;
      return (isOurs ? ours : original.gradFunc)(dy, saved, attributes);
    };
    tf.unregisterGradient(kernelName);
    tf.registerGradient({ ...original, gradFunc });
    return original;
  });
  return () => {
    for (const original of originals) {
      tf.unregisterGradient(original.kernelName);
      tf.registerGradient(original);
    }
  };
}
