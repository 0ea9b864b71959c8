import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';

/** The folder with the dependencies of this package. */
const modules = path.resolve(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'), '../..');

/** Runs `use` with a temporary folder that links to these dependencies. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tfjs-backend-'));
  symlinkSync(modules, path.join(folder, 'node_modules'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Bundles a program that uses TensorFlow.js into a folder, with the program of the worker threads beside it.
 *
 * @param define expressions that replace names
 * @returns the path of the script
 */
export async function bundle(entry: string, folder: string, define: Record<string, string> = {}): Promise<string> {
  const name = path.basename(entry, '.ts');
  if (name === 'worker') throw new Error('The program of the worker threads has the name worker. Rename this one.');
  await esbuild.build({
    ...COMPUTING,
    entryPoints: { [name]: entry, worker: path.join(import.meta.dirname, '..', 'src', 'worker.ts') },
    outdir: folder,
    outExtension: { '.js': '.cjs' },
    define: { ...COMPUTING.define, ...define },
  });
  return path.join(folder, `${name}.cjs`);
}

/** Build options for programs that use TensorFlow.js in Node, with the one copy of it that registers gradients. */
export const COMPUTING = {
  bundle: true,
  platform: 'node',
  format: 'cjs',
  mainFields: ['module', 'main'],
  external: ['onnxruntime-node', 'onnxruntime-node/*', '@tensorflow/tfjs-node'],
  define: { 'import.meta.url': 'bundleUrl' },
  banner: { js: "const bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  logLevel: 'error',
} as const satisfies esbuild.BuildOptions;
