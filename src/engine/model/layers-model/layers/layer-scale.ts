import * as z from 'zod';
import { tf } from '../../../tf';
import { only, OwnLayer, type Given, type Weight } from './own-layer';

const Settings = z.object({ projectionDim: z.number().int().positive() });

/** Multiplies each channel by a trained number (ConvNeXt). */
class LayerScale extends OwnLayer<z.output<typeof Settings>> {
  static readonly className = 'LayerScale';
  #gamma: Weight | undefined;

  constructor(given: tf.serialization.ConfigDict) {
    super(given, Settings);
  }

  override build(): void {
    this.#gamma = this.weight('gamma', [this.settings.projectionDim]);
    this.built = true;
  }

  override call(given: Given): tf.Tensor {
    return tf.tidy(() => tf.mul(only(given), this.#gamma!.read()));
  }
}

tf.serialization.registerClass(LayerScale);
