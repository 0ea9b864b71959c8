import { z } from 'zod';
import { tf } from '../../../tf';
import { OwnLayer, type Given, type Shapes } from './own-layer';

/** Subtracts the second input from the first. */
class Subtract extends OwnLayer<object> {
  static readonly className = 'Subtract';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, z.object({}));
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const [a, b] = shapes as (number | null)[][];
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length)
      return this.refuse('subtracts inputs that do not fit');
    return a.map((size, axis) => {
      const other = b[axis]!;
      if (axis > 0 && size !== other && size !== 1 && other !== 1) this.refuse(`subtracts ${other} from ${size}`);
      return size === 1 ? other : size;
    });
  }

  override call(given: Given): tf.Tensor {
    const [a, b] = given as tf.Tensor[];
    return tf.sub(a!, b!);
  }
}

tf.serialization.registerClass(Subtract);
