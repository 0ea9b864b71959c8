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

/** What tfjs adds to the variance where it is not told. */
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

/** Whether a shape, but for leading ones, is the end of the other: then broadcasting is the cpu kernel's wrapping around. */
function repeatsOver(shape: readonly number[], whole: readonly number[]): boolean {
  const first = shape.findIndex((length) => length !== 1);
  const end = first < 0 ? [] : shape.slice(first);
  return sameShape(end, whole.slice(whole.length - end.length));
}

/** Normalisation by given means and variances. */
export const batchNormKernels: Kernels = new Map([['FusedBatchNorm', batchNorm]]);
