/** TensorFlow.js with its layers and chained operators, as the tests and benches of this package use it. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';

// The cpu backend prints an advertisement for tfjs-node; production mode is the documented way to prevent it.
tf.enableProdMode();

export * as tf from '@tensorflow/tfjs-core';
export * as layers from '@tensorflow/tfjs-layers';
