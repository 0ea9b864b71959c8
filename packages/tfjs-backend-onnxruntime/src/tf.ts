/**
 * TensorFlow.js, as this package uses it. `tfjs-core` registers no gradients; that is a side effect of a module of its ESM
 * build. The core must come first: the others read flags that its side effects define.
 */
import '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';

export * as tf from '@tensorflow/tfjs-core';
export * as layers from '@tensorflow/tfjs-layers';
export { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
