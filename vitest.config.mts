import { readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig, mergeConfig, type ViteUserConfig } from 'vitest/config';
import { z } from 'zod';
import { backendProjects } from './packages/tfjs-backend-onnxruntime/testing/projects.ts';
import { tensorflowTests } from './packages/tfjs-backend-onnxruntime/testing/vitest.ts';
import { temporaryRoot } from './test/temporary-root.mts';

const manifest = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')));

const packageFile = (file: string): string => path.join(import.meta.dirname, 'packages/tfjs-backend-onnxruntime', file);

/** Rooms whose tests change nothing that another test file reads: their files share one copy of all modules. */
const SHARING = 'advise,checkpoint,cli,compress,dataset,folder,mcp,measure,model,protocol,recipe,rpc,train'
  .split(',')
  .map((room) => `test/unit/${room}/**/*.test.ts`);
/** Start the command line or the engine in processes of their own. */
const PROCESSES = 'test/unit/processes/**/*.test.ts';
/** Their mocks replace modules that other files have loaded. */
const MOCKING = ['test/unit/checkpoint/write.test.ts', 'test/unit/recipe/plan.test.ts'];

const secateur = (name: string, test: NonNullable<ViteUserConfig['test']>): ViteUserConfig =>
  mergeConfig(tensorflowTests, {
    define: { SECATEUR_VERSION: JSON.stringify(manifest.version) },
    resolve: {
      alias: [
        { find: /^tfjs-backend-onnxruntime$/, replacement: packageFile('src/index.ts') },
        { find: /^tfjs-backend-onnxruntime\/testing\//, replacement: packageFile('testing/') },
      ],
    },
    test: {
      name,
      env: { TMPDIR: temporaryRoot() },
      setupFiles: process.env['TFJS_NODE'] === undefined ? [] : ['test/tensorflow-node.ts'],
      ...test,
    },
  });

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      ...backendProjects,
      secateur('rooms', { include: SHARING, exclude: MOCKING, isolate: false }),
      secateur('secateur', { include: ['test/unit/**/*.test.ts'], exclude: [...SHARING, PROCESSES] }),
      secateur('processes', { include: [PROCESSES], globalSetup: ['test/unit/processes/setup.ts'] }),
      secateur('mocking', { include: MOCKING }),
    ],
  },
});
