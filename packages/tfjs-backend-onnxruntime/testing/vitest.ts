import path from 'node:path';
import type { ViteUserConfig } from 'vitest/config';

/** TensorFlow.js registers its gradients in its ESM build only, so all tests share one pre-bundled copy of it. */
const tensorflow = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-cpu',
];

/** The settings of all tests that use TensorFlow.js. */
export const tensorflowTests: ViteUserConfig = {
  resolve: { mainFields: ['module', 'main'] },
  ssr: { resolve: { mainFields: ['module', 'main'] } },
  test: {
    globalSetup: [path.join(import.meta.dirname, 'build-worker.ts')],
    setupFiles: [path.join(import.meta.dirname, 'equal-arrays.ts')],
    deps: { optimizer: { ssr: { enabled: true, include: tensorflow } } },
    pool: 'forks',
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
};
