import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  BackendUnavailable,
  chooseBackend,
  foreseenBackend,
  type ChooseOptions,
} from '../../../src/engine/backend-choice/choose';
import type { Trial, TrialResult } from '../../../src/engine/backend-choice/trial-process';
import { disposeBackend } from 'tfjs-backend-onnxruntime';
import { tf } from '../../../src/engine/tf';
import { temporaryFolder } from '../temporary';

let folder: string;
let logged: string[];
let trials: Trial['backend'][];

beforeEach(async () => {
  folder = await temporaryFolder();
  logged = [];
  trials = [];
});
afterEach(() => {
  disposeBackend();
  for (const { kernelName } of tf.getKernelsForBackend('tensorflow')) tf.unregisterKernel(kernelName, 'tensorflow');
  if (tf.engine().backendNames().includes('tensorflow')) tf.removeBackend('tensorflow');
});

/** A package that passes for tfjs-node: the memory of the cpu backend, and its sum. */
async function installTensorflow(main = PACKAGE): Promise<void> {
  const home = path.join(folder, 'node_modules', '@tensorflow', 'tfjs-node');
  await mkdir(home, { recursive: true });
  const manifest = { name: '@tensorflow/tfjs-node', version: '4.22.0', main: 'main.js' };
  await writeFile(path.join(home, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(home, 'main.js'), main);
}
const PACKAGE = `
  const tf = require('@tensorflow/tfjs-core');
  const Memory = tf.engine().findBackend('cpu').constructor;
  tf.registerKernel({ kernelName: 'Sum', backendName: 'tensorflow',
    kernelFunc: ({ backend }) => backend.makeTensorInfo([], 'float32', Float32Array.of(6.5)) });
  tf.registerBackend('tensorflow', () => new Memory(), 3);`;

/** Chooses, where a trial comes out as told: milliseconds, or the reason why not. */
function choose(
  choice: ChooseOptions['choice'],
  outcomes: Partial<Record<Trial['backend'], number | string>> = {},
  options: Partial<ChooseOptions> = {},
): ReturnType<typeof chooseBackend> {
  const trial = (_: string, { backend }: Trial): Promise<TrialResult> => {
    trials.push(backend);
    const outcome = outcomes[backend] ?? 'not expected to be tried';
    return Promise.resolve(typeof outcome === 'number' ? { milliseconds: outcome } : { reason: outcome });
  };
  return chooseBackend({
    choice,
    threads: 1,
    tensorflowFolder: folder,
    cacheFolder: path.join(folder, 'cache'),
    revision: '1',
    program: '/nowhere',
    log: (message) => logged.push(message),
    trial,
    ...options,
  });
}

test('auto without tfjs-node: ours, and nothing is tried or written', async () => {
  expect((await choose('auto')).name).toBe('onnxruntime');
  expect(trials).toEqual([]);
  expect(existsSync(path.join(folder, 'cache'))).toBe(false);
  expect(logged).toEqual([
    expect.stringMatching(/^ONNX Runtime .* computes, .*\(@tensorflow\/tfjs-node is not installed\)/),
  ]);
});

test('auto takes the faster, and says what both need', async () => {
  await installTensorflow();
  expect((await choose('auto', { tensorflow: 4, onnxruntime: 5.25 })).name).toBe('tensorflow');
  expect(tf.getBackend()).toBe('tensorflow');
  expect(logged).toEqual([
    expect.stringMatching(/^tfjs-node 4\.22\.0 computes, .* takes 5\.3 ms, with tfjs-node 4\.0 ms/),
  ]);
  expect((await choose('auto', { tensorflow: 6, onnxruntime: 5 }, { revision: '2' })).name).toBe('onnxruntime');
});

test('ours is foreseen as it is chosen, and not where tfjs-node may be faster', async () => {
  const settings = { threads: 3, tensorflowFolder: folder };
  const { name, version, threads } = await choose('auto', {}, settings);
  const ours = { name, version, threads };
  expect(foreseenBackend({ choice: 'auto', ...settings })).toEqual(ours);
  expect(foreseenBackend({ choice: 'tensorflow', ...settings })).toBeUndefined();
  expect(foreseenBackend({ choice: 'auto', ...settings, runtimeVersion: () => undefined })).toBeUndefined();
  await installTensorflow();
  expect(foreseenBackend({ choice: 'auto', ...settings })).toBeUndefined();
  expect(foreseenBackend({ choice: 'onnxruntime', ...settings })).toEqual(ours);
});

test('it measures once, and again where a version or the threads are others', async () => {
  await installTensorflow();
  const outcomes = { tensorflow: 6, onnxruntime: 5 };
  await choose('auto', outcomes);
  await choose('auto', outcomes);
  expect(trials).toEqual(['tensorflow', 'onnxruntime']);
  const written = await readFile(path.join(folder, 'cache', 'backend-choice.json'), 'utf8');
  expect(written).toMatch(/ONNX Runtime \d+\.\d+\.\d+, tfjs-node 4\.22\.0/);
  await choose('auto', outcomes, { threads: 2 });
  await choose('auto', outcomes, { revision: '2' });
  expect(trials).toHaveLength(6);
  await choose('auto', outcomes, { runtimeVersion: () => '1.99.0' });
  expect(trials).toHaveLength(8);
});

test('a cache that is damaged or cannot be written only costs another measurement', async () => {
  await installTensorflow();
  const outcomes = { tensorflow: 6, onnxruntime: 5 };
  await choose('auto', outcomes);
  const file = path.join(folder, 'cache', 'backend-choice.json');
  await writeFile(file, (await readFile(file, 'utf8')).slice(0, -9));
  expect((await choose('auto', outcomes)).name).toBe('onnxruntime');
  const cacheFolder = path.join(file, 'below-a-file');
  expect((await choose('auto', outcomes, { cacheFolder })).name).toBe('onnxruntime');
  expect(trials).toHaveLength(6);
});

test('auto with a tfjs-node that fails its trial, or fails here: ours, with the reason', async () => {
  await installTensorflow('throw new Error("no library")');
  expect((await choose('auto', { tensorflow: 'it ended the process' })).name).toBe('onnxruntime');
  expect((await choose('auto', { tensorflow: 1, onnxruntime: 2 })).name).toBe('onnxruntime');
  expect(logged).toEqual([
    expect.stringContaining('(it ended the process)'),
    expect.stringMatching(/cannot be used: no library\)/),
  ]);
});

test('tensorflow is what was chosen or one sentence, never the other', async () => {
  await expect(choose('tensorflow')).rejects.toThrow(BackendUnavailable);
  await expect(choose('tensorflow')).rejects.toThrow(/tfjs-node is not installed in/);
  await installTensorflow();
  await expect(choose('tensorflow', { tensorflow: 'it ended the process' })).rejects.toThrow(/it ended the process/);
  expect((await choose('tensorflow', { tensorflow: 9, onnxruntime: 5 })).name).toBe('tensorflow');
  expect(logged).toEqual([expect.stringMatching(/^tfjs-node 4\.22\.0 computes, .*\(as chosen\)/)]);
});

test('onnxruntime does not so much as look for the other', async () => {
  await installTensorflow();
  expect((await choose('onnxruntime')).name).toBe('onnxruntime');
  expect(trials).toEqual([]);
});
