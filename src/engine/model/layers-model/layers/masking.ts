import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

const Settings = z.object({ maskValue: z.number().default(0) });

/** Masks the steps that hold one value only. The layer of TensorFlow.js has no gradient. */
class Masking extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'Masking';
  override supportsMasking = true;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override computeMask(given: Given): tf.Tensor {
    return tf.tidy(() => this.#kept(only(given), false));
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => {
      const x = only(given);
      return tf.mul(x, this.#kept(x, true));
    });
  }

  /** Which steps are kept: truth values, or 0 and 1. */
  #kept(x: tf.Tensor, asNumbers: boolean): tf.Tensor {
    const compute = tf.customGrad((...given: (tf.Tensor | tf.GradSaveFunc)[]) => {
      const [values] = given as [tf.Tensor];
      const any = tf.any(tf.notEqual(values, this.settings.maskValue), -1, asNumbers);
      // The mask is no function of the values that could be followed.
      return { value: asNumbers ? tf.cast(any, 'float32') : any, gradFunc: () => tf.zerosLike(values) };
    });
    return compute(x);
  }
}

tf.serialization.registerClass(Masking);
