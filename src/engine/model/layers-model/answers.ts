import { UserError } from '../../../protocol/errors';
import type { tf } from '../../tf';
import { brief } from './brief';
import type { LayersModel } from './tfjs-layers';

/**
 * Computes the outputs of a running model, or a layer: a tensor for each output. Call it within a tidy.
 * @throws UserError where a layer does something that TensorFlow.js lacks, which shows only when it is called
 */
export function answersOf(
  layer: Pick<LayersModel, 'apply'>,
  inputs: tf.Tensor | tf.Tensor[],
  training: boolean,
): tf.Tensor[] {
  try {
    return [layer.apply(inputs, { training }) as tf.Tensor | tf.Tensor[]].flat();
  } catch (error) {
    if (error instanceof UserError) throw error;
    const why = error instanceof TypeError ? '' : ` (${brief(error)})`;
    throw new UserError(
      `TensorFlow.js cannot run the layers of the model${why}, so it cannot be evaluated or trained.`,
      {
        cause: error,
      },
    );
  }
}
