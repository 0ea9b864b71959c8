import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** The page in a browser, against a fake of the extension host. */
export default defineConfig({
  root: path.resolve(import.meta.dirname, '../..'),
  test: { include: ['test/page/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
