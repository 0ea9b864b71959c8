import * as z from 'zod';
import { tf } from '../../../tf';
import { OwnLayer, type Given, type Shapes } from './own-layer';

/** Joins two inputs element by element; axes of length 1 are repeated. */
abstract class Pairing<S> extends OwnLayer<S> {
  protected abstract join(a: tf.Tensor, b: tf.Tensor): tf.Tensor;

  override computeOutputShape(shapes: Shapes): Shapes {
    const [a, b] = shapes as (number | null)[][];
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length)
      return this.refuse('joins inputs that do not fit');
    return a.map((size, axis) => {
      const other = b[axis]!;
      if (axis > 0 && size !== other && size !== 1 && other !== 1) this.refuse(`joins ${other} with ${size}`);
      return size === 1 ? other : size;
    });
  }

  override call(given: Given): tf.Tensor {
    const [a, b] = given as tf.Tensor[];
    return tf.tidy(() => this.join(a!, b!));
  }
}

const None = z.object({});

class Subtract extends Pairing<object> {
  static readonly className = 'Subtract';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, None);
  }
  protected override join(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
    return tf.sub(a, b);
  }
}

class Divide extends Pairing<object> {
  static readonly className = 'Divide';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, None);
  }
  protected override join(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
    return tf.div(a, b);
  }
}

const Scaled = z.object({ scale: z.number() });

/** Adds the second input, scaled, to the first (InceptionResNetV2). */
class CustomScaleLayer extends Pairing<z.output<typeof Scaled>> {
  static readonly className = 'CustomScaleLayer';
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Scaled);
  }
  protected override join(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
    return tf.add(a, tf.mul(b, this.settings.scale));
  }
}

for (const layer of [Subtract, Divide, CustomScaleLayer]) tf.serialization.registerClass(layer);
