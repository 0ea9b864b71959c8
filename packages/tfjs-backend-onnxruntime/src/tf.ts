/** TensorFlow.js, as this package uses it: its layers register the gradients, which the core alone does not. */
import '@tensorflow/tfjs-core'; // First: the others read flags that it defines.

export * as tf from '@tensorflow/tfjs-core';
export * as layers from '@tensorflow/tfjs-layers';
export { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
