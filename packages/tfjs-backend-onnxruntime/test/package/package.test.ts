import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inPackage } from '../tools/paths';
import { run } from '../tools/run';
import { ensureNodes, NODES } from './nodes';
import { npm } from './npm';

/** The five lines of the README as a module and as a script; both print the prediction. */
const PROGRAMS = {
  'train.mjs': `
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { installBackend } from 'tfjs-backend-onnxruntime';
const { name } = await installBackend();
const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] });
model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
await model.fit(tf.tensor2d([[0], [1], [2], [3]]), tf.tensor2d([[1], [3], [5], [7]]), { epochs: 300, verbose: 0 });
console.log(name, tf.getBackend(), model.predict(tf.tensor2d([[10]])).dataSync()[0].toFixed(0));
`,
  'train.cjs': `
const tf = require('@tensorflow/tfjs-core');
const layers = require('@tensorflow/tfjs-layers');
const { installBackend } = require('tfjs-backend-onnxruntime');
installBackend().then(async ({ name }) => {
  const model = layers.sequential({ layers: [layers.layers.dense({ units: 1, inputShape: [1] })] });
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
  await model.fit(tf.tensor2d([[0], [1], [2], [3]]), tf.tensor2d([[1], [3], [5], [7]]), { epochs: 300, verbose: 0 });
  console.log(name, tf.getBackend(), model.predict(tf.tensor2d([[10]])).dataSync()[0].toFixed(0));
});
`,
};

/** Trains convolutions without cpu kernels, and divides a batch among workers. */
const DIVIDED = `
import * as tf from '@tensorflow/tfjs-core';
import * as layers from '@tensorflow/tfjs-layers';
import { backendStats, installBackend, trace } from 'tfjs-backend-onnxruntime';
await installBackend({ threads: 2, onFallback: 'throw', log: (message) => console.log(message) });
const { conv2d, dense, flatten, maxPooling2d } = layers.layers;
const convolution = { filters: 32, kernelSize: 3, activation: 'relu' };
const model = layers.sequential({ layers: [
  conv2d({ ...convolution, inputShape: [28, 28, 1] }), conv2d(convolution), maxPooling2d({ poolSize: 2 }), flatten(), dense({ units: 10 }),
] });
model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
console.log(Number.isFinite(await model.trainOnBatch(tf.ones([20, 28, 28, 1]), tf.ones([20, 10]))));
const evaluate = trace((x) => model.apply(x), [[100, 28, 28, 1]], { examples: [0] });
console.log((await evaluate.run(new Float32Array(100 * 784).fill(1))).length, Object.keys(backendStats().fallbacks).length);
`;

const TYPES = {
  'use.mts': `
import { installBackend, type BackendInfo } from 'tfjs-backend-onnxruntime';
const info: BackendInfo = await installBackend({ threads: 1 });
export const threads: number = info.threads;
`,
  'use.cts': `
import backend = require('tfjs-backend-onnxruntime');
export const stats: number = backend.backendStats().flushes;
`,
};

let folder: string;
let nodes: ReadonlyMap<string, string>;

beforeAll(async () => {
  nodes = await ensureNodes();
  folder = await mkdtemp(path.join(os.tmpdir(), 'tfjs-backend-package-'));
  await npm(['pack', '--pack-destination', folder], inPackage());
  const [packed] = await readdir(folder);
  await writeFile(path.join(folder, 'package.json'), '{ "private": true }\n');
  const peers = ['core', 'layers'].map((name) => `@tensorflow/tfjs-${name}@4.22.0`);
  await npm(['install', `./${packed!}`, ...peers], folder);
  for (const [name, text] of Object.entries({ ...PROGRAMS, 'divided.mjs': DIVIDED, ...TYPES }))
    await writeFile(path.join(folder, name), text);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a program on a version of Node and returns its output. */
const runOn = (node: string, program: string): Promise<string> => run(nodes.get(node)!, [program], { cwd: folder });

describe.each(NODES)('installed in an empty folder, on Node %s', (node) => {
  test.each(Object.keys(PROGRAMS))('%s trains with five lines', async (program) => {
    expect(await runOn(node, program)).toBe('onnxruntime onnxruntime 21\n');
  });

  test('it trains convolutions natively, and divides a batch', async () => {
    expect(await runOn(node, 'divided.mjs')).toBe('true\nBatches are divided among 2 threads.\n1000 0\n');
  });
});

test('its types serve modules and scripts', async () => {
  const options = [
    '--module',
    'nodenext',
    '--target',
    'es2022',
    '--strict',
    '--noEmit',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  const typeRoots = path.resolve(inPackage(), '../../node_modules/@types');
  const compiler = inPackage('../../node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, ...options, '--typeRoots', typeRoots, ...Object.keys(TYPES)], { cwd: folder });
});

test('it holds what is used, and nothing of its sources and tests', async () => {
  const files = await readdir(path.join(folder, 'node_modules', 'tfjs-backend-onnxruntime'), { recursive: true });
  expect(files.sort()).toEqual([
    ...['LICENSE', 'README.md', 'dist'],
    ...['index.cjs', 'index.d.cts', 'index.d.ts', 'index.js', 'worker.cjs'].map((name) => path.join('dist', name)),
    'package.json',
  ]);
});
