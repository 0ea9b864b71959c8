/** The one door to tfjs-layers: import `layers` from here, never from the package. The core must come first, see `tf.ts`. */
import '../../tf';

export * as layers from '@tensorflow/tfjs-layers';
/** A model that TensorFlow.js runs. */
export type { LayersModel } from '@tensorflow/tfjs-layers';
