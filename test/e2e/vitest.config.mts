import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** The end-to-end run: one file after the other, the steps of a file in order, an end at the first failure. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: 'test/e2e/setup.ts',
    fileParallelism: false,
    bail: 1,
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
});
