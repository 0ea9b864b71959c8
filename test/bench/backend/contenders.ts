import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';

const REPOSITORY = path.resolve(import.meta.dirname, '../../..');

/** What the prototype expects beside it: one bundle of tfjs with gradients and the cpu kernels. */
const PROTOTYPE_TENSORFLOW = `
  export * as tf from '@tensorflow/tfjs-core';
  import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
  import '@tensorflow/tfjs-core/dist/register_all_gradients';
  import '@tensorflow/tfjs-backend-cpu/dist/register_all_kernels';
  export * as layers from '@tensorflow/tfjs-layers';
  export { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu/dist/base';`;

const common: esbuild.BuildOptions = {
  bundle: true,
  platform: 'node',
  mainFields: ['module', 'main'],
  external: ['onnxruntime-node', './backend.mjs'],
  logLevel: 'error',
};

/** The scripts of the contenders in a temporary folder of their own. */
export interface Contenders {
  readonly ours: string;
  readonly prototype: string;
  remove(): void;
}

/** @param prototypeDir the folder with the prototype's files, which is only read */
export async function buildContenders(prototypeDir: string): Promise<Contenders> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'backend-bench-'));
  const inFolder = (name: string): string => path.join(folder, name);
  symlinkSync(path.join(REPOSITORY, 'node_modules'), inFolder('node_modules'));
  for (const name of readdirSync(prototypeDir)) {
    if (name.endsWith('.mjs')) cpSync(path.join(prototypeDir, name), inFolder(name));
  }
  const contender = (name: string): esbuild.BuildOptions => ({
    ...common,
    entryPoints: [path.join(import.meta.dirname, `${name}.ts`)],
    outfile: inFolder(`bench-${name}.${name === 'ours' ? 'cjs' : 'mjs'}`),
    format: name === 'ours' ? 'cjs' : 'esm',
  });
  await esbuild.build({
    ...common,
    stdin: { contents: PROTOTYPE_TENSORFLOW, resolveDir: REPOSITORY },
    outfile: inFolder('tfall.cjs'),
    format: 'cjs',
  });
  await esbuild.build(contender('ours'));
  await esbuild.build(contender('prototype'));
  return {
    ours: inFolder('bench-ours.cjs'),
    prototype: inFolder('bench-prototype.mjs'),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
