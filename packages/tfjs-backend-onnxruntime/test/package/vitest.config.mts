import { defineConfig } from 'vitest/config';

export default defineConfig({
  root: import.meta.dirname,
  test: { name: 'package', include: ['*.test.ts'], testTimeout: 120_000, hookTimeout: 600_000 },
});
