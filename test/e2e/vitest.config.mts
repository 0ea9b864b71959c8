import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** The end-to-end run: two files at a time, the steps of a file in order, an end at the first failure. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: {
    include: ['test/e2e/**/*.e2e.ts'],
    globalSetup: 'test/e2e/setup.ts',
    maxWorkers: 2,
    bail: 1,
    // Patience for busy machines; on an idle one no step takes longer than 20 seconds.
    testTimeout: 180_000,
    hookTimeout: 300_000,
  },
});
