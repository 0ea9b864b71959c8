import { sameShape } from '../graph/native-types';
import type { tf } from '../tf';
import { areFloat, kernel, type Kernels } from './kernel';

interface BatchNormInputs {
  readonly x: tf.TensorInfo;
  readonly mean: tf.TensorInfo;
  readonly variance: tf.TensorInfo;
  readonly offset?: tf.TensorInfo;
  readonly scale?: tf.TensorInfo;
}

/** The default of tfjs for the number added to the variance. */
const DEFAULT_EPSILON = 0.001;

const batchNorm = kernel<BatchNormInputs, { varianceEpsilon?: number }>((inputs, { varianceEpsilon }, context) => {
  const { x, mean, variance, offset, scale } = inputs;
  const parameters = [mean, variance, ...(offset ? [offset] : []), ...(scale ? [scale] : [])];
  if (!areFloat(x, ...parameters) || !parameters.every(({ shape }) => repeatsOver(shape, x.shape))) return undefined;
  if (!parameters.every(({ shape }) => shape.length === mean.shape.length)) return undefined;
  const attributes = {
    epsilon: varianceEpsilon ?? DEFAULT_EPSILON,
    hasOffset: offset !== undefined,
    hasScale: scale !== undefined,
  };
  return context.record({ kind: 'BatchNorm', attributes }, [x, ...parameters], x.shape, 'float32');
});

/**
 * True if a shape without its leading ones is the end of the other. Broadcasting then equals the wrapping around of the
 * cpu kernel.
 */
function repeatsOver(shape: readonly number[], whole: readonly number[]): boolean {
  const first = shape.findIndex((length) => length !== 1);
  const end = first < 0 ? [] : shape.slice(first);
  return sameShape(end, whole.slice(whole.length - end.length));
}

/** Normalization by given means and variances. */
export const batchNormKernels: Kernels = new Map([['FusedBatchNorm', batchNorm]]);
