import * as z from 'zod';
import { tf } from '../../../tf';
import { resized } from './interpolation';
import { firstShape, only, OwnLayer, type Given, type Shapes } from './own-layer';

const Settings = z.object({
  height: z.number().int().positive(),
  width: z.number().int().positive(),
  interpolation: z.string().default('bilinear'),
  cropToAspectRatio: z.boolean().nullish(),
  padToAspectRatio: z.boolean().nullish(),
  dataFormat: z.string().nullish(),
});

/**
 * Resizes images as Keras does, with half-pixel centers. The layer of TensorFlow.js aligns corners, and its output shape
 * leaves the batch out.
 */
class Resizing extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'Resizing';

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
    const { interpolation, cropToAspectRatio, padToAspectRatio, dataFormat } = this.settings;
    if (interpolation !== 'bilinear' && interpolation !== 'nearest')
      this.refuse(`resizes with the interpolation "${interpolation}", and only bilinear and nearest can be computed`);
    if (cropToAspectRatio || padToAspectRatio)
      this.refuse('keeps the aspect ratio of images, which cannot be computed');
    if (/first$/i.test(dataFormat ?? '')) this.refuse('resizes images whose channels come first');
  }

  override computeOutputShape(shapes: Shapes): Shapes {
    const shape = firstShape(shapes);
    if (shape.length !== 4) this.refuse(`resizes an input of ${shape.length} axes instead of 4`);
    return [shape[0]!, this.settings.height, this.settings.width, shape[3]!];
  }

  override call(given: Given): tf.Tensor {
    const { height, width, interpolation } = this.settings;
    return tf.tidy(() => resized(only(given), height, width, interpolation === 'nearest' ? 'nearest' : 'bilinear'));
  }
}

tf.serialization.registerClass(Resizing);
