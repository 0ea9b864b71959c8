/**
 * TensorFlow.js as this package uses it. The import of tfjs-layers registers the gradients; the core alone does not.
 */
import '@tensorflow/tfjs-core'; // First, because the others read flags that it defines.

export * as tf from '@tensorflow/tfjs-core';
export * as layers from '@tensorflow/tfjs-layers';
export { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu';
