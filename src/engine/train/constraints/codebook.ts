import { tf } from '../../tf';
import type { Codebook } from './constraint';
import type { TrainedForm } from './trained-form';

/**
 * Trains the values of a codebook, each by the summed gradients of its weights (Deep Compression, Han et al. 2016,
 * section 3). Assignments stay.
 * @param shape shape of the weight
 */
export function codebookForm(
  name: string,
  shape: readonly number[],
  { values, assignments }: Codebook,
  trained: Float32Array = values,
): TrainedForm {
  const variable = tf.tidy(() => tf.variable(tf.tensor1d(trained), false));
  const numbers = tf.tensor1d(Int32Array.from(assignments), 'int32');
  return {
    parts: [{ name, variable }],
    shadow: undefined,
    roundsToZero: false,
    gradients: (gradient) => [tf.unsortedSegmentSum(tf.reshape(gradient, [-1]), numbers, values.length)],
    values: () => tf.reshape(tf.gather(variable, numbers), [...shape]),
    dispose: () => tf.dispose([variable, numbers]),
  };
}
