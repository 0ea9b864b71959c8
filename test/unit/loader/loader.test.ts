import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { buildLoader } from '../../../scripts/setup/loader.mjs';
import { pack } from '../../../src/engine/checkpoint/packed/pack';
import { quantizeTensor } from '../../../src/engine/checkpoint/quantize-tensor';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { tf } from '../../../src/engine/tf';
import type { Packed } from '../../../src/loader/public';
import { toLayersModel } from '../layers-model';

const FASHION = path.resolve('media/samples/fashion-cnn/model.json');

beforeAll(() => tf.setBackend('cpu'));
afterAll(async () => {
  if (made) await rm((await made).folder, { recursive: true, force: true });
});

interface Loader {
  readonly packed: Packed;
}

/** The built files, in a folder of their own, and a packed model with quantized and with float tensors: made once. */
let made: ReturnType<typeof build> | undefined;
const built = () => (made ??= build());

async function build() {
  const folder = await mkdtemp(path.join(tmpdir(), 'secateur-test-'));
  await buildLoader(folder);
  const checkpoint = await readCheckpoint(FASHION);
  const tensors = new Map(checkpoint.tensors);
  for (const [name, dtype] of [
    ['conv2/kernel', 'uint8'],
    ['conv3/kernel', 'float16'],
    ['dense1/kernel', 'uint16'],
  ] as const)
    tensors.set(name, quantizeTensor(tensors.get(name)!, dtype)!);
  const model = { ...checkpoint, tensors };
  const file = path.join(folder, 'net.secateur');
  await writeFile(file, pack(model).bytes);
  return { folder, model, file };
}

it('is at most 5 KB minified, in both kinds of module', async () => {
  const { folder } = await built();
  for (const name of ['index.mjs', 'index.cjs'])
    expect((await stat(path.join(folder, name))).size).toBeLessThanOrEqual(5000);
});

it('gives stock TensorFlow.js the model, from a path, an address of a file, bytes and a server', async () => {
  const { folder, model, file } = await built();
  const { packed } = (await import(pathToFileURL(path.join(folder, 'index.mjs')).href)) as Loader;
  const { packed: inCommon } = createRequire(import.meta.url)(path.join(folder, 'index.cjs')) as Loader;
  const bytes = await readFile(file);
  const server = createServer(
    (_, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/net.secateur`;
  const heard: [number, number][] = [];
  const expected = await toLayersModel(model);
  const input = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 7);
  const answers = (expected.predict(input) as typeof input).dataSync();
  for (const handler of [
    packed(file),
    packed(pathToFileURL(file)),
    inCommon(new Uint8Array(bytes)),
    packed(address, { onProgress: (...progress) => heard.push(progress) }),
    inCommon(new URL(address)),
  ]) {
    const loaded = await layers.loadLayersModel(handler);
    expect((loaded.predict(input) as typeof input).dataSync()).toEqual(answers);
    loaded.dispose();
  }
  expect(heard.length).toBeGreaterThan(0);
  expect(heard.at(-1)).toEqual([bytes.length, bytes.length]);
  await expect(packed(`${address}?`, { requestInit: { signal: AbortSignal.abort() } }).load()).rejects.toThrow('abort');
});

it('rejects with a sentence what is no packed file, or a damaged one', async () => {
  const { folder, file } = await built();
  const { packed } = (await import(pathToFileURL(path.join(folder, 'index.mjs')).href)) as Loader;
  const bytes = new Uint8Array(await readFile(file));
  const refusal = (change: (bytes: Uint8Array) => Uint8Array): Promise<unknown> =>
    packed(change(bytes.slice()))
      .load()
      .catch((error: unknown) => String(error));
  expect(await refusal(() => new Uint8Array(3))).toBe('Error: No packed file of version 1.');
  expect(await refusal((all) => all.fill(2, 4, 5))).toBe('Error: No packed file of version 1.');
  expect(await refusal((all) => all.fill(all[200_000]! ^ 1, 200_000, 200_001))).toBe(
    'Error: This packed file is damaged.',
  );
  expect(await refusal((all) => all.fill(all[40]! ^ 1, 40, 41))).toBe('Error: This packed file is damaged.');
  expect(await refusal((all) => all.subarray(0, 300_000))).toBe('Error: This packed file is damaged.');
});
