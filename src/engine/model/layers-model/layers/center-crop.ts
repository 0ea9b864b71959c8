import * as z from 'zod';
import { tf } from '../../../tf';
import { resized } from './interpolation';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Size = z.number().int().positive();
const Settings = z.object({ height: Size, width: Size, dataFormat: z.string().nullish() });

/** Brings images to a size. The layer of TensorFlow.js has no gradient, and crops from another place. */
abstract class Cropping extends OwnLayer<z.output<typeof Settings>> {
  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    if (/first$/i.test(this.settings.dataFormat ?? '')) this.refuse('crops images whose channels come first');
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== 4) this.refuse(`crops an input of ${shape.length} axes instead of 4`);
    return [shape[0]!, this.settings.height, this.settings.width, shape[3]!];
  }

  override call(given: Given): tf.Tensor {
    const { height, width } = this.settings;
    return tf.tidy(() => this.cropped(only(given), height, width));
  }

  protected abstract cropped(x: tf.Tensor, height: number, width: number): tf.Tensor;
}

/** Cuts the center out, or resizes it where an image is too small. Registered under a name that no description uses. */
export class CenterCrop extends Cropping {
  static readonly className = 'KerasCenterCrop';
  protected override cropped(x: tf.Tensor, height: number, width: number): tf.Tensor {
    const [, rows, columns] = x.shape as [number, number, number, number];
    return rows >= height && columns >= width ? center(x, height, width) : smart(x, height, width);
  }
}

/** Resizes outside of training; here it does so in training too. */
class RandomCrop extends Cropping {
  static readonly className = 'RandomCrop';
  protected override cropped(x: tf.Tensor, height: number, width: number): tf.Tensor {
    return smart(x, height, width);
  }
}

function center(x: tf.Tensor, height: number, width: number): tf.Tensor {
  const [batch, rows, columns, channels] = x.shape as [number, number, number, number];
  const begin = [0, Math.trunc((rows - height) / 2), Math.trunc((columns - width) / 2), 0];
  return tf.slice(x, begin, [batch, height, width, channels]);
}

/** Resizes the largest center with the ratio of the target, as `smart_resize` of Keras does. */
function smart(x: tf.Tensor, height: number, width: number): tf.Tensor {
  const [, rows, columns] = x.shape as [number, number, number, number];
  const tall = Math.min(rows, Math.trunc((columns * height) / width));
  const wide = Math.min(columns, Math.trunc((rows * width) / height));
  return resized(center(x, tall, wide), height, width, 'bilinear');
}

for (const layer of [CenterCrop, RandomCrop]) tf.serialization.registerClass(layer);
