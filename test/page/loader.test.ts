import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import * as z from 'zod';
import { ensureDebian } from '../../scripts/setup/debian';
import { buildLoader } from '../../scripts/setup/loader.mjs';
import { pack } from '../../src/engine/checkpoint/packed/pack';
import { quantizeTensor } from '../../src/engine/checkpoint/quantize-tensor';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import type { ModelContent } from '../../src/engine/checkpoint/types';

const STOCK = ['core/dist/tf-core', 'backend-cpu/dist/tf-backend-cpu', 'layers/dist/tf-layers'];

const PAGE = `<!doctype html><meta charset="utf-8"><title>loading</title>
${STOCK.map((name) => `<script src="/${path.basename(name)}.js"></script>`).join('\n')}
<script type="module" src="/page.js"></script>`;

/** The code of somebody's page. */
const CODE = `import { packed } from '/loader.mjs';
try {
  const progress = [];
  const handler = packed('net.secateur', { onProgress: (bytes, total) => progress.push([bytes, total]) });
  const times = [];
  for (let i = 0; i < 5; i++) {
    const bytes = new Uint8Array(await (await fetch('net.secateur')).arrayBuffer());
    const start = performance.now();
    await packed(bytes).load();
    times.push(performance.now() - start);
  }
  const model = await tf.loadLayersModel(handler);
  const sums = model.weights.map((weight) => [weight.originalName, tf.sum(weight.read()).dataSync()[0]]);
  const answer = [...model.predict(tf.ones([1, 28, 28, 1])).dataSync()];
  window.outcome = { progress, times, sums, answer };
} catch (error) {
  window.outcome = String(error);
}
document.documentElement.dataset.done = '';`;

/** The fashion network with 19 of 20 weights pruned, kernels in 8 bits. */
async function sparseModel(): Promise<ModelContent> {
  const checkpoint = await readCheckpoint(path.resolve('media/samples/fashion-cnn/model.json'));
  const tensors = new Map(checkpoint.tensors);
  for (const [name, tensor] of tensors) {
    if (!name.endsWith('/kernel')) continue;
    const sizes = Float32Array.from(tensor.data, Math.abs).sort();
    const least = sizes[Math.floor(sizes.length * 0.95)]!;
    const data = Float32Array.from(tensor.data, (value) => (Math.abs(value) < least ? 0 : value));
    tensors.set(name, quantizeTensor({ ...tensor, data }, 'uint8')!);
  }
  return { ...checkpoint, tensors };
}

let folder: string;
let server: Server;
let browser: Browser;
let model: ModelContent;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sec-loader-'));
  await buildLoader(folder);
  model = await sparseModel();
  const packed = pack(model).bytes;
  const files = new Map<string, string | Uint8Array>([
    ['/', PAGE],
    ['/page.js', CODE],
    ['/loader.mjs', await readFile(path.join(folder, 'index.mjs'))],
    ['/net.secateur', packed],
  ]);
  for (const name of STOCK)
    files.set(
      `/${path.basename(name)}.js`,
      await readFile(path.resolve('node_modules/@tensorflow', `tfjs-${name}.min.js`)),
    );
  server = createServer(({ url = '' }, response) => {
    const content = files.get(url);
    if (content === undefined) return void response.writeHead(404).end();
    const type = url === '/' ? 'text/html' : /\.m?js$/.test(url) ? 'text/javascript' : 'application/octet-stream';
    response.writeHead(200, {
      'content-type': type,
      'content-length': Buffer.byteLength(content),
      // Neither eval nor WebAssembly, and no other server.
      'content-security-policy': "default-src 'none'; script-src 'self'; connect-src 'self'",
    });
    // In pieces, as over a slow line.
    if (url !== '/net.secateur') return void response.end(content);
    response.write(packed.subarray(0, 10_000), () => setTimeout(() => response.end(packed.subarray(10_000)), 50));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  browser = await chromium.launch({
    executablePath: await ensureDebian('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
});

afterAll(async () => {
  await browser.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

test('a page with stock TensorFlow.js loads a packed model under a strict content security policy', async () => {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(message.text()));
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  // A wait for an expression would need eval, which the page forbids.
  await page.locator('html[data-done]').waitFor();
  const outcome = await page.evaluate('window.outcome');
  expect(typeof outcome === 'string' ? outcome : '').toBe('');
  const Outcome = z.object({
    progress: z.array(z.tuple([z.number(), z.number()])),
    times: z.array(z.number()),
    sums: z.array(z.tuple([z.string(), z.number()])),
    answer: z.array(z.number()),
  });
  const { progress, times, sums, answer } = Outcome.parse(outcome);
  const bytes = pack(model).bytes.byteLength;
  expect(progress.length).toBeGreaterThan(1);
  expect(progress.at(-1)).toEqual([bytes, bytes]);
  expect(sums.map(([name]) => name)).toEqual([...model.tensors.keys()]);
  for (const [name, sum] of sums)
    expect(sum).toBeCloseTo(
      [...model.tensors.get(name)!.data].reduce((all, value) => all + value, 0),
      2,
    );
  expect(answer).toHaveLength(10);
  // How long decoding takes is for the bench: here it only must not hang.
  expect(Math.min(...times)).toBeLessThan(1000);
  console.info(`decoded in ${times.map((time) => time.toFixed(1)).join(', ')} ms`);
  expect(complaints.filter((text) => /Content Security|violat/i.test(text))).toEqual([]);
});
