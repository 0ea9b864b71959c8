import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

/** Returns its inputs unchanged. */
class Identity extends OwnLayer<object> {
  static readonly className: string = 'Identity';
  override supportsMasking = true;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, z.object({}));
  }

  override call(given: Given): tf.Tensor {
    return tf.clone(only(given));
  }
}

tf.serialization.registerClass(Identity);

/** Layers that draw random images while a model trains in Keras, and do nothing afterwards. Here they do nothing at all. */
const AUGMENTING = ['Flip', 'Rotation', 'Zoom', 'Translation', 'Contrast', 'Brightness', 'Height', 'Width'];

for (const name of AUGMENTING) {
  tf.serialization.registerClass(
    class extends Identity {
      static override readonly className = `Random${name}`;
    },
  );
}
