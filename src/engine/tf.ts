/**
 * The one door to TensorFlow.js for the whole engine: import `tf` from here, never from the package.
 *
 * `tfjs-core` alone registers neither gradients nor chained operators; both are side effects of deep modules that exist
 * only in its ESM build. Bundler and test runner therefore resolve the `module` field, which leaves exactly one copy. The
 * core must come first: the others read flags that its side effects define.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';

// The cpu backend greets Node users with an advertisement for tfjs-node; production mode is the documented way to say no.
tf.enableProdMode();

export * as tf from '@tensorflow/tfjs-core';
