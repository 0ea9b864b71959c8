import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { atLeast, atMost, median, type BenchLine } from 'tfjs-backend-onnxruntime/testing/bench-line';
import * as z from 'zod';
import { ensureDebian } from '../../scripts/setup/debian';
import { buildLoader } from '../../scripts/setup/loader.mjs';
import { inRoot } from '../../scripts/setup/paths';
import { pack } from '../../src/engine/checkpoint/packed/pack';
import { readCheckpoint } from '../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../src/engine/checkpoint/types';
import { planPrune } from '../../src/engine/compress/prune/plan';
import { prunedTensors } from '../../src/engine/compress/prune/apply';
import { clustered } from '../../src/engine/compress/restrict/cluster';
import { Random } from '../../src/engine/dataset/random';
import { ClusterStep } from '../../src/protocol/steps/cluster';
import { PruneStep } from '../../src/protocol/steps/prune';

/** Clusters of each layer in the smallest file. */
const CLUSTERS = 16;
/** Fresh pages, and decodings in each: the first is cold, the last are warm. */
const PAGES = 5;
const DECODINGS = 20;
const WARM = 10;
/** Weights of the large model: 100 MB. */
const LAYERS = 4;
const SIDES = [6250, 1000] as const;

const PAGE = `<!doctype html><meta charset="utf-8"><title>unpacking</title><script type="module">
import { packed } from '/loader.mjs';
const { searchParams } = new URL(location.href);
const bytes = new Uint8Array(await (await fetch(searchParams.get('file'))).arrayBuffer());
const times = [];
for (let i = 0; i < Number(searchParams.get('times')); i++) {
  const start = performance.now();
  await packed(bytes).load();
  times.push(performance.now() - start);
}
window.times = times;
document.documentElement.dataset.done = '';
</script>`;

/** The times in which a page unpacks models with the loader that ships. */
export async function benchUnpack(): Promise<BenchLine[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sec-unpack-'));
  await buildLoader(folder);
  const browser = await chromium.launch({
    executablePath: await ensureDebian('chromium'),
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  const pruned = await prunedFashion();
  const small = pack(pruned).bytes;
  const smallest = pack(clustered(pruned, ClusterStep.parse({ step: 'cluster', clusters: CLUSTERS })).model).bytes;
  const server = serve(
    new Map<string, string | Uint8Array>([
      ['/', PAGE],
      ['/loader.mjs', await readFile(path.join(folder, 'index.mjs'))],
      ['/small', small],
      ['/smallest', smallest],
      ['/large', pack(largeModel()).bytes],
    ]),
  );
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  try {
    const address = addressOf(server);
    const linesOf = async (file: string, what: string): Promise<BenchLine[]> => {
      const runs: number[][] = [];
      for (let i = 0; i < PAGES; i++) runs.push(await timesIn(browser, `${address}?file=${file}&times=${DECODINGS}`));
      const cold = median(runs.map(([first]) => first!));
      const warm = median(runs.flatMap((times) => times.slice(-WARM)));
      return [
        atMost(`${what}: first time, median of ${PAGES} pages`, cold, 'ms', 20),
        atMost(`${what}: warm, median of ${PAGES * WARM}`, warm, 'ms', 20),
      ];
    };
    const kilobytes = ({ byteLength }: Uint8Array): string => `${(byteLength / 1000).toFixed(0)} kB`;
    const large = await timesIn(browser, `${address}?file=/large&times=4`);
    const rate = (milliseconds: number): number => (LAYERS * SIDES[0] * SIDES[1] * 4) / 1e6 / (milliseconds / 1000);
    const what = 'a page unpacks fashion-cnn, 95% zeros';
    return [
      ...(await linesOf('/small', `${what}, ${kilobytes(small)}`)),
      ...(await linesOf('/smallest', `${what}, ${CLUSTERS} clusters, ${kilobytes(smallest)}`)),
      atLeast('a page unpacks 100 MB of weights, 95% zeros: first time', rate(large[0]!), 'MB/s', 100),
      atLeast('the same, median of the next 3', rate(median(large.slice(1))), 'MB/s', 100),
    ];
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prunedFashion(): Promise<ModelContent> {
  const model = await readCheckpoint(inRoot('media', 'samples', 'fashion-cnn', 'model.json'));
  const plan = planPrune(model, PruneStep.parse({ step: 'prune', amount: { sparsity: 0.95 } }));
  return { ...model, tensors: prunedTensors(model, plan) };
}

/** Dense kernels of normally distributed weights, of which the 95% nearest to 0 are 0. */
function largeModel(): ModelContent {
  const random = new Random(1);
  const share = (): number => (random.uint32() + 1) / 2 ** 32;
  const layers = Array.from({ length: LAYERS }, (_, i): Tensor => {
    const data = new Float32Array(SIDES[0] * SIDES[1]);
    for (let w = 0; w < data.length; w++) {
      const value = Math.sqrt(-2 * Math.log(share())) * Math.cos(2 * Math.PI * share());
      if (Math.abs(value) > 1.96) data[w] = 0.02 * value;
    }
    return { name: `dense_${i}/kernel`, shape: SIDES, dtype: 'float32', data };
  });
  return {
    modelTopology: { class_name: 'Sequential', config: { name: 'large', layers: [] } },
    tensors: new Map(layers.map((tensor) => [tensor.name, tensor])),
  };
}

/** Opens a fresh page and returns the milliseconds of each decoding in it. */
async function timesIn(browser: Browser, address: string): Promise<number[]> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(address);
  await page.locator('html[data-done]').waitFor({ timeout: 120_000 });
  const times = z.array(z.number()).parse(await page.evaluate('window.times'));
  await context.close();
  return times;
}

function serve(files: ReadonlyMap<string, string | Uint8Array>): Server {
  return createServer(({ url = '' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const content = files.get(pathname);
    if (content === undefined) return void response.writeHead(404).end();
    const type = pathname === '/' ? 'text/html' : pathname.endsWith('.mjs') ? 'text/javascript' : 'application/octet-stream'; // prettier-ignore
    response.writeHead(200, { 'content-type': type, 'content-length': Buffer.byteLength(content) });
    response.end(content);
  });
}

function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  return `http://127.0.0.1:${address.port}/`;
}
