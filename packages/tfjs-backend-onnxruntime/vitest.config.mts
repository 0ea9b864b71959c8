import { defineConfig, mergeConfig } from 'vitest/config';
import { tensorflowTests } from './testing/vitest.ts';

export default mergeConfig(
  tensorflowTests,
  defineConfig({ test: { name: 'backend', include: ['test/unit/**/*.test.ts'], maxWorkers: 2 } }),
);
