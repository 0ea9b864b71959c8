import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

const Settings = z.object({
  axis: z.union([z.number(), z.array(z.number())]).default(-1),
  /** The smallest sum of squares, as in Keras 2 by default. */
  leastSquares: z.number().default(1e-12),
});

/** Divides by the length of the vector along its axes. */
class UnitNormalization extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'UnitNormalization';
  override supportsMasking = true;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      const { axis, leastSquares } = this.settings;
      const squares = tf.sum(tf.square(x), axis, true);
      return tf.div(x, tf.sqrt(tf.maximum(squares, leastSquares)));
    });
  }
}

tf.serialization.registerClass(UnitNormalization);
