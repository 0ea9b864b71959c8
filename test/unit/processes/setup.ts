import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import * as esbuild from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the built programs: `cli.js`, `command.js`, `engine.js`, and `parent-watch.js` for tests. */
    dist: string;
  }
}

/** Builds the programs that the tests start, once for all of them. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cache = path.resolve('.cache');
  await mkdir(cache, { recursive: true });
  // Within the project, so that the programs find the native library.
  const dist = await mkdtemp(path.join(cache, 'test-dist-'));
  const built = ['esbuild.mjs', '--only', 'cli,engine', '--dist', path.relative('.', dist)];
  await promisify(execFile)(process.execPath, built);
  await esbuild.build({
    ...{ entryPoints: ['src/engine/parent-watch.ts'], outfile: path.join(dist, 'parent-watch.js') },
    ...{ bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
  });
  project.provide('dist', dist);
  return () => rm(dist, { recursive: true, force: true });
}
