import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import { completeGradients } from '../../../src/index';
import { tf } from '../../../testing/tf';

const BACKEND = 'tensorflow';

/**
 * Makes `@tensorflow/tfjs-node` from the `node_modules` of a folder the backend of tfjs, with the gradients that this
 * package adds. It has its own copy of tfjs; all copies in a process share their registries.
 *
 * @returns its version. @throws Error if it cannot be loaded
 */
export async function useTensorflowNode(folder: string, threads: number): Promise<string> {
  for (const name of ['TF_NUM_INTRAOP_THREADS', 'TF_NUM_INTEROP_THREADS']) process.env[name] = String(threads);
  // Node 23 removed a helper that it calls.
  if (!('isNullOrUndefined' in util)) {
    const value = (x: unknown): boolean => x === null || x === undefined;
    Object.defineProperty(util, 'isNullOrUndefined', { value });
  }
  const require = createRequire(path.join(path.resolve(folder), 'index.js'));
  require('@tensorflow/tfjs-node');
  if (!(await tf.setBackend(BACKEND))) throw new Error('tfjs-node does not start.');
  completeGradients();
  const manifest: unknown = require('@tensorflow/tfjs-node/package.json');
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest ? String(manifest.version) : '?';
}
