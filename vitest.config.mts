import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitest/config';
import { z } from 'zod';

const manifest = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));

/** TensorFlow.js registers its gradients in its ESM build only: one pre-bundled copy of that build serves all tests. */
const tensorflow = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops',
  '@tensorflow/tfjs-layers',
  '@tensorflow/tfjs-backend-cpu/dist/base',
  '@tensorflow/tfjs-backend-cpu/dist/register_all_kernels',
];

export default defineConfig({
  define: { SECATEUR_VERSION: JSON.stringify(manifest.version) },
  resolve: { mainFields: ['module', 'main'] },
  ssr: { resolve: { mainFields: ['module', 'main'] } },
  test: {
    include: ['test/unit/**/*.test.ts', 'test/webview/**/*.test.{ts,tsx}'],
    setupFiles: [
      'test/equal-arrays.ts',
      ...(process.env['TFJS_NODE'] === undefined ? [] : ['test/tensorflow-node.ts']),
    ],
    deps: { optimizer: { ssr: { enabled: true, include: tensorflow } } },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
