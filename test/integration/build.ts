import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { inRoot } from '../../scripts/setup/paths';

/**
 * Bundles the mocha runner and every `suites/**\/*.test.ts`, found by name, for node.
 * @returns the path of the runner, which the extension host is told to load.
 */
export async function buildSuites(): Promise<string> {
  const out = inRoot('.cache', 'integration');
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  const suites = inRoot('test', 'integration', 'suites');
  const tests = (await readdir(suites, { recursive: true })).filter((name) => name.endsWith('.test.ts'));
  await build({
    entryPoints: {
      index: inRoot('test', 'integration', 'host', 'index.ts'),
      ...Object.fromEntries(
        tests.map((name) => [`suites/${name.slice(0, -3).replaceAll('\\', '/')}`, path.join(suites, name)]),
      ),
    },
    outdir: out,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode', 'mocha', 'onnxruntime-node', '@tensorflow/tfjs-node', 'encoding'],
    sourcemap: 'inline',
    logLevel: 'warning',
  });
  return path.join(out, 'index.js');
}
