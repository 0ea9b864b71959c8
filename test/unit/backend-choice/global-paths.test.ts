import { mkdir, writeFile } from 'node:fs/promises';
import Module from 'node:module';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { checkIsLocal } from '../../../src/engine/backend-choice/global-paths';
import { findTensorflowNode } from '../../../src/engine/backend-choice/tensorflow-node';
import { temporaryFolder } from '../temporary';

const readNodePath = (): unknown => Reflect.apply(Reflect.get(Module, '_initPaths') as () => void, Module, []);
afterEach(() => {
  vi.unstubAllEnvs();
  readNodePath();
});

async function withPackage(modules: string): Promise<void> {
  const own = path.join(modules, '@tensorflow', 'tfjs-node');
  await mkdir(own, { recursive: true });
  await writeFile(path.join(own, 'package.json'), '{"name": "@tensorflow/tfjs-node", "version": "9.9.9"}');
}

test('a package is found from the folder that the user names, not by NODE_PATH', async () => {
  const folder = await temporaryFolder();
  await withPackage(path.join(folder, 'elsewhere'));
  await withPackage(path.join(folder, 'named', 'node_modules'));
  await mkdir(path.join(folder, 'bare'));
  vi.stubEnv('NODE_PATH', path.join(folder, 'elsewhere'));
  readNodePath();
  expect(
    Module.createRequire(path.join(folder, 'bare', 'x.js')).resolve('@tensorflow/tfjs-node/package.json'),
  ).toContain('elsewhere');
  expect(findTensorflowNode(path.join(folder, 'bare'))).toBeUndefined();
  expect(findTensorflowNode(path.join(folder, 'named'))?.version).toBe('9.9.9');
  expect(findTensorflowNode(path.join(folder, 'named', 'node_modules', '@tensorflow', 'tfjs-node'))?.version).toBe(
    '9.9.9',
  );
});

test('a module where NODE_PATH leads is refused', async () => {
  const folder = await temporaryFolder();
  vi.stubEnv('NODE_PATH', path.join(folder, 'elsewhere'));
  readNodePath();
  expect(() => checkIsLocal(path.join(folder, 'elsewhere', 'onnxruntime-node', 'index.js'))).toThrow(/NODE_PATH/);
  expect(() => checkIsLocal(path.join(folder, 'here', 'onnxruntime-node', 'index.js'))).not.toThrow();
});
