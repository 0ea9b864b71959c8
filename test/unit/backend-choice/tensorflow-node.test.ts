import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { loadTensorflowNode } from '../../../src/engine/backend-choice/tensorflow-node';
import { tf } from '../../../src/engine/tf';

let folder: string;
const load: unknown = Reflect.get(Module, '_load');

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'tfjs-node-'));
  await tf.setBackend('cpu');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
  if (tf.engine().backendNames().includes('tensorflow')) tf.removeBackend('tensorflow');
});

/** Lays out a package whose main module is `code`. */
function writePackage(code: string, below = 'node_modules/@tensorflow/tfjs-node'): void {
  const home = path.join(folder, below);
  mkdirSync(home, { recursive: true });
  const manifest = { name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'main.js' };
  writeFileSync(path.join(home, 'package.json'), JSON.stringify(manifest));
  writeFileSync(path.join(home, 'main.js'), code);
}

/** Registers a backend with tfjs as tfjs-node does, with classes as its ES5 code has them: one kernel, and the memory that it needs. */
function backendCode(sum: string): string {
  return `
    const util = require('node:util');
    const tf = require('@tensorflow/tfjs');
    const core = require('@tensorflow/tfjs-core');
    if (core.engine() !== tf.engine()) throw new Error('two copies of tfjs');
    if (typeof tf.CustomCallback !== 'function') throw new Error('no layers in tfjs');
    if (!util.isArray([]) || !util.isNullOrUndefined(undefined)) throw new Error('no helpers');
    const inherit = (derived, base) => {
      Object.setPrototypeOf(derived, base);
      derived.prototype = Object.create(base.prototype, { constructor: { value: derived } });
      return derived;
    };
    const Memory = inherit(function Memory() {
      const self = tf.KernelBackend.call(this) || this;
      self.values = new tf.DataStorage(self, tf.engine());
      return self;
    }, tf.KernelBackend);
    Object.assign(Memory.prototype, {
      write(values) { const id = {}; this.values.set(id, values); return id; },
      makeTensorInfo(shape, dtype, values) { return { shape, dtype, dataId: this.write(values) }; },
      readSync(id) { return this.values.get(id); },
      disposeData(id) { return this.values.delete(id); },
      numDataIds() { return this.values.numDataIds(); },
      dispose() {},
    });
    const Progress = inherit(function Progress() { return tf.CustomCallback.call(this, {}) || this; }, tf.CustomCallback);
    if (!(new Progress() instanceof Progress)) throw new Error('callbacks cannot be made');
    tf.registerKernel({ kernelName: 'Sum', backendName: 'tensorflow',
      kernelFunc: ({ backend }) => backend.makeTensorInfo([], 'float32', Float32Array.of(${sum})) });
    tf.registerBackend('tensorflow', () => new Memory(), 3);`;
}

test('takes the backend of a package in the folder, with our copy of tfjs', async () => {
  writePackage(backendCode('6.5'));
  const result = await loadTensorflowNode(folder, 2);
  expect(result).toEqual({ info: { name: 'tensorflow', version: '4.22.0', threads: 2, blockedLayout: false } });
  expect(tf.getBackend()).toBe('tensorflow');
  expect(Reflect.get(Module, '_load')).toBe(load);
});

test('takes the folder of the package itself', async () => {
  writePackage(backendCode('6.5'), '.');
  expect(await loadTensorflowNode(folder, 1)).toHaveProperty('info.version', '4.22.0');
});

const broken: Readonly<Record<string, [code: string | null, reason: RegExp]>> = {
  absent: [null, /there is no @tensorflow\/tfjs-node/],
  'without its library': [
    `throw new Error('The native addon can not be found.\\nmore')`,
    /native addon can not be found$/,
  ],
  'with a syntax error': ['const (', /Unexpected token/],
  'throwing no error': ['throw undefined', /undefined/],
  'registering nothing': ['', /registered no backend/],
  'whose backend does not start': [
    `require('@tensorflow/tfjs').registerBackend('tensorflow', () => { throw new Error('no'); });`,
    /does not start/,
  ],
  'computing nonsense': [backendCode('7'), /wrong sums/],
};

test.each(Object.entries(broken))('%s: one sentence, and the old backend stays', async (_, [code, reason]) => {
  if (code !== null) writePackage(code);
  const result = await loadTensorflowNode(folder, 2);
  expect(result).toHaveProperty('reason', expect.stringMatching(reason));
  expect(tf.getBackend()).toBe('cpu');
  expect(tf.engine().backendNames()).not.toContain('tensorflow');
  expect(Reflect.get(Module, '_load')).toBe(load);
  expect(tf.sum([1, 2]).dataSync()[0]).toBe(3);
  expect(tf.getKernelsForBackend('tensorflow')).toEqual([]);
});
