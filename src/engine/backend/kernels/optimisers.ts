import type { tf } from '../tf';
import { kernel, type Kernels } from './kernel';
import { ADAM_STEP } from './own-kernels';

/** All float32 and not empty; rate and epsilon are scalars, the others of one shape. */
export interface AdamInputs {
  readonly weight: tf.TensorInfo;
  readonly first: tf.TensorInfo;
  readonly second: tf.TensorInfo;
  readonly gradient: tf.TensorInfo;
  readonly rate: tf.TensorInfo;
  readonly epsilon: tf.TensorInfo;
}

/** Answers with the next first moment, second moment and weight. */
const adamStep = kernel<AdamInputs, { beta1: number; beta2: number }>((inputs, { beta1, beta2 }, context) => {
  const { weight, gradient, rate, epsilon } = inputs;
  const average = (decay: number, squared: boolean, before: tf.TensorInfo): tf.TensorInfo => {
    const attributes = { decay, squared };
    return context.record({ kind: 'MovingAverage', attributes }, [before, gradient], weight.shape, 'float32');
  };
  const first = average(beta1, false, inputs.first);
  const second = average(beta2, true, inputs.second);
  const operands = [weight, first, second, rate, epsilon];
  return [first, second, context.record({ kind: 'AdamUpdate', attributes: {} }, operands, weight.shape, 'float32')];
});

/** Optimisers' steps. */
export const optimiserKernels: Kernels = new Map([[ADAM_STEP, adamStep]]);
