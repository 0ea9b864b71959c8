import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given } from './own-layer';

const Settings = z.object({ dropPathRate: z.number().min(0).max(1) });

/** Leaves out whole examples while a model trains, and enlarges the others (ConvNeXt). */
class StochasticDepth extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'StochasticDepth';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override call(given: Given, { training }: { training?: boolean }): tf.Tensor {
    const x = only(given);
    const { dropPathRate: rate } = this.settings;
    if (!training || rate === 0) return tf.clone(x);
    return tf.tidy(() => {
      if (rate === 1) return tf.zerosLike(x);
      const each = x.shape.map((size, axis) => (axis === 0 ? size : 1));
      return tf.mul(x, tf.dropout(tf.ones(each), rate));
    });
  }
}

tf.serialization.registerClass(StochasticDepth);
