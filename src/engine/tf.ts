/**
 * The only access to TensorFlow.js in the engine: import `tf` from here, never from the packages.
 *
 * `tfjs-core` alone registers neither gradients nor chained operators; both are side effects of deep modules that exist
 * only in its ESM build. Bundler and test runner therefore resolve the `module` field, which leaves exactly one copy.
 * The core must come first: the others read flags that its side effects define.
 */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-backend-cpu';

// The cpu backend advertises tfjs-node to Node users; production mode is the documented way to silence it.
tf.enableProdMode();

export * as tf from '@tensorflow/tfjs-core';
