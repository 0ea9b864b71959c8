import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, mergeConfig } from 'vitest/config';
import { z } from 'zod';
import { tensorflowTests } from './packages/tfjs-backend-onnxruntime/testing/vitest.ts';

const manifest = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));

const packageFile = (file: string): string => path.join(import.meta.dirname, 'packages/tfjs-backend-onnxruntime', file);

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      'packages/*',
      mergeConfig(tensorflowTests, {
        define: { SECATEUR_VERSION: JSON.stringify(manifest.version) },
        resolve: {
          alias: [
            { find: /^tfjs-backend-onnxruntime$/, replacement: packageFile('src/index.ts') },
            { find: /^tfjs-backend-onnxruntime\/testing\//, replacement: packageFile('testing/') },
          ],
        },
        test: {
          name: 'secateur',
          include: ['test/unit/**/*.test.ts'],
          setupFiles: process.env['TFJS_NODE'] === undefined ? [] : ['test/tensorflow-node.ts'],
        },
      }),
    ],
  },
});
