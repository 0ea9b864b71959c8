import path from 'node:path';
import { mergeConfig, type ViteUserConfig } from 'vitest/config';
import { tensorflowTests } from './vitest.ts';

/** Their mocks replace modules that other files have loaded. */
const MOCKING = ['cache', 'divided', 'minimal-filtering'].map((name) => `test/unit/${name}.test.ts`);

const project = (name: string, test: NonNullable<ViteUserConfig['test']>): ViteUserConfig =>
  mergeConfig(tensorflowTests, { root: path.join(import.meta.dirname, '..'), test: { name, ...test } });

/** The unit tests of the package. Each file disposes of its backend, so most of them share one copy of all modules. */
export const backendProjects: readonly ViteUserConfig[] = [
  project('backend', { include: ['test/unit/**/*.test.ts'], exclude: MOCKING, isolate: false }),
  project('backend with mocks', { include: MOCKING }),
];
