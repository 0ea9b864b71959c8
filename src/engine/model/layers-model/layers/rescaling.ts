import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

const Numbers = z.union([z.number(), z.array(z.number())]);
const Settings = z.object({ scale: Numbers, offset: Numbers.default(0) });

/** `x * scale + offset`, with one number for all channels or one for each, which TensorFlow.js does not take. */
class Rescaling extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'Rescaling';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override call(given: Given): tf.Tensor {
    const { scale, offset } = this.settings;
    return tf.tidy(() => {
      const x = tf.cast(only(given), 'float32');
      const scaled = scale === 1 ? x : tf.mul(x, scale);
      return offset === 0 ? tf.clone(scaled) : tf.add(scaled, offset);
    });
  }
}

tf.serialization.registerClass(Rescaling);
