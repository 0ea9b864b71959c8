import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { inRoot } from '../../scripts/setup/paths';

/** Runs `use` with a temporary folder from which Node finds the project's packages. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sec-bench-'));
  symlinkSync(inRoot('node_modules'), path.join(folder, 'node_modules'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundles a program with the one copy of tfjs that registers gradients, and returns the script. */
export async function bundle(entry: string, folder: string): Promise<string> {
  const script = path.join(folder, `${path.basename(entry, '.ts')}.cjs`);
  await esbuild.build({
    entryPoints: [entry],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    mainFields: ['module', 'main'],
    external: ['onnxruntime-node', 'onnxruntime-node/*', '@tensorflow/tfjs-node'],
    define: { SECATEUR_VERSION: JSON.stringify('test') },
    logLevel: 'error',
  });
  return script;
}
