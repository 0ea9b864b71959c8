import 'vscode-jsonrpc/node';
import path from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import type * as z from 'zod';
import { createService } from '../../../src/engine/requests/service';
import { toNetwork } from '../../../src/engine/model/runnable';
import { panelHandlers } from '../../../src/extension/panel/handlers';
import type { OpenCheckpoint } from '../../../src/extension/panel/open-checkpoint';
import type { PanelTools } from '../../../src/extension/panel/tools';
import { PageSession } from '../../../src/extension/panel/page-session';
import { PanelRun } from '../../../src/extension/panel/panel-run';
import { requireTrust } from '../../../src/extension/trust';
import { compareRequests } from '../../../src/protocol/compare-page';
import { engineRequests, type EngineRequests } from '../../../src/protocol/engine';
import { panelRequests, type PanelRequests } from '../../../src/protocol/panel';
import { FinetuneStep } from '../../../src/protocol/steps/finetune';
import { PruneStep } from '../../../src/protocol/steps/prune';
import { RemoveStep } from '../../../src/protocol/steps/remove';
import { TrainStep } from '../../../src/protocol/steps/train';
import type { RequestTable } from '../../../src/protocol/table';
import { Peer, type Client, type Handlers } from '../../../src/rpc/peer';
import { writeRaw } from '../../fixtures/tiny-model';
import { channelPair } from '../rpc/pair';
import { temporaryFolder } from '../temporary';

const editor = vi.hoisted(() => ({ trusted: false }));
vi.mock('vscode', () => ({
  workspace: {
    get isTrusted() {
      return editor.trusted;
    },
    getConfiguration: () => ({ get: () => undefined }),
    getWorkspaceFolder: () => undefined,
    workspaceFolders: [],
  },
  l10n: { t: (text: string) => text },
  env: { clipboard: { writeText: () => Promise.resolve() } },
  commands: { executeCommand: () => Promise.resolve() },
  Uri: {
    file: (fsPath: string) => ({ fsPath, scheme: 'file' }),
    joinPath: (...parts: unknown[]) => ({ fsPath: parts.slice(1).join('/'), scheme: 'file' }),
  },
  window: {},
}));
vi.mock('../../../src/engine/model/runnable', { spy: true });
vi.mock('../../../src/engine/backend-choice/choose', () => ({
  BackendUnavailable: class extends Error {},
  chooseBackend: () => Promise.resolve({ name: 'cpu', version: '0', threads: 1 }),
}));

const RESTRICTED = /is off in Restricted Mode: trust this workspace first\.$/;
const prune = PruneStep.parse({ step: 'prune', amount: { sparsity: 0.5 } });
const remove = RemoveStep.parse({ step: 'remove', amount: { channels: 0.5 } });
const finetune = FinetuneStep.parse({ step: 'finetune' });
const train = TrainStep.parse({ step: 'train', architecture: 'lenet-5' });
const job = { steps: [prune], seed: 0, folder: 'smaller' };
const nothing = {};

/** The engine behind the wire, called as the extension host calls it, and the methods that reached it. */
function engine(): { call: Client<EngineRequests>; reached: string[] } {
  const reached: string[] = [];
  const { left, right } = channelPair();
  const service = createService('engine.js', () => undefined);
  const context = { signal: new AbortController().signal, report: () => undefined };
  void service.initialize({ sampleFolder: '', cacheFolder: '', threads: 1, backend: 'auto' }, context);
  const heard = Object.fromEntries(
    Object.entries(service).map(([name, answer]) => [
      name,
      (params: unknown, context: unknown) => {
        reached.push(name);
        return answer(params as never, context as never);
      },
    ]),
  );
  const served = new Peer(right);
  served.serve<RequestTable>(engineRequests, heard);
  served.listen();
  const asking = new Peer(left);
  asking.listen();
  return { call: asking.client(engineRequests, requireTrust), reached };
}

/** A page's end of the real dispatcher. */
function page<T extends RequestTable>(table: T, handlers: Handlers<T>): Client<T> {
  const { left, right } = channelPair();
  const session = new PageSession((message) => right.send(message), table, handlers, requireTrust);
  right.onMessage((message) => session.deliver(message));
  const peer = new Peer(left);
  peer.listen();
  return peer.client(table);
}

async function panel(): Promise<{ ask: Client<PanelRequests>; reached: string[]; model: string }> {
  const model = await writeRaw(path.join(await temporaryFolder(), 'tiny'));
  const { call, reached } = engine();
  const open = {
    model,
    uri: { fsPath: model, scheme: 'file' },
    data: undefined,
    run: new PanelRun(),
    isLive: true,
    load: () => Promise.reject(new Error('not asked for here')),
  } as unknown as OpenCheckpoint;
  const tools = {
    engine: { call },
    datasets: {},
    log: { show: () => undefined, error: () => undefined },
    scanner: { whenScanned: () => Promise.resolve(), checkpoints: [] },
    panels: { show: () => Promise.resolve(), takeFocus: () => undefined },
  } as unknown as PanelTools;
  return {
    ask: page(
      panelRequests,
      panelHandlers(open, tools, () => false),
    ),
    reached,
    model,
  };
}

/** The error of a request; undefined: it was answered. */
const failure = (answer: Promise<unknown>): Promise<string | undefined> =>
  answer.then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );

beforeEach(() => {
  editor.trusted = false;
  vi.mocked(toNetwork).mockClear();
});

/** Every request of the page with parameters. A new request without an entry here does not compile. */
const asked = (model: string): { [K in keyof PanelRequests]: z.input<PanelRequests[K]['params']>[] } => ({
  ready: [nothing],
  reload: [nothing],
  histogram: [{ layers: [null], bins: 16 }],
  sheet: [{ layer: 'dense' }],
  topology: [nothing],
  ownRuns: [nothing],
  levels: [{ step: { step: 'cluster' }, layer: 'dense' }],
  plan: [
    { step: prune, seed: 0, download: false },
    { step: remove, seed: 0, download: true },
    { step: finetune, seed: 0, download: true },
    { step: train, seed: 0, download: true },
  ],
  sensitivity: [{ options: {}, seed: 0 }],
  advise: [{ options: {}, seed: 0 }],
  evaluate: [nothing],
  answers: [{ of: { kind: 'some' } }],
  proposeFolder: [{ steps: [prune], sparsity: 0.5 }],
  checkFolder: [{ folder: 'a/b:*' }],
  run: [job],
  followRun: [nothing],
  copyRecipe: [job],
  openRecipe: [job],
  chooseData: [nothing],
  chooseNormalization: [nothing],
  openCheckpoint: [{ path: model }],
  evaluateCheckpoint: [{ path: model }],
  takePlan: [{ place: 0 }],
  openAsText: [nothing],
  packing: [nothing],
  brotli: [nothing],
  trustWorkspace: [nothing],
  earlierWeights: [nothing],
  openDocs: [{ page: 'scores' }],
  showLog: [nothing],
});

test('a page of an untrusted workspace gets the sentence for everything that runs or writes, and no network is built', async () => {
  const { ask, reached, model } = await panel();
  const refused: string[] = [];
  for (const [method, questions] of Object.entries(asked(model)))
    for (const [index, params] of questions.entries()) {
      const why = await failure(ask(method as keyof PanelRequests, params as never));
      if (why !== undefined && RESTRICTED.test(why)) refused.push(questions.length > 1 ? `${method} ${index}` : method);
    }
  expect(refused.sort()).toEqual(
    [
      'advise',
      'answers',
      'chooseData',
      'chooseNormalization',
      'evaluate',
      'evaluateCheckpoint',
      'followRun',
      'plan 1',
      'plan 3',
      'run',
      'sensitivity',
    ].sort(),
  );
  expect([...new Set(reached)].sort()).toEqual([
    'histogram',
    'inspect',
    'levels',
    'packing',
    'plan',
    'sheet',
    'topology',
  ]);
  expect(toNetwork).not.toHaveBeenCalled();
});

test('an untrusted workspace gets figures for allowed requests: histograms, counts, the plan of a pruning', async () => {
  const { ask } = await panel();
  const [histogram] = await ask('histogram', { layers: [null], bins: 16 });
  expect(histogram?.count).toBe(108);
  const plan = await ask('plan', { step: prune, seed: 0, download: false });
  expect(plan.counts.totals.after.sparsity).toBeCloseTo(0.5, 2);
  expect(plan).toMatchObject({ metrics: null, noAccuracy: 'off in Restricted Mode' });
  const other = await ask('plan', { step: finetune, seed: 0, download: false });
  expect(other).toMatchObject({ kind: 'same', noAccuracy: 'off in Restricted Mode' });
});

test('no request that runs or writes reaches an engine, whatever part of the host makes it', async () => {
  const { call, reached } = engine();
  const model = await writeRaw(path.join(await temporaryFolder(), 'tiny'));
  const data = 'fashion-mnist-sample';
  const recipe = { recipeVersion: 1 as const, checkpoint: model, steps: [{ step: 'prune' as const }] };
  const all: { [K in keyof EngineRequests]: z.input<EngineRequests[K]['params']>[] } = {
    initialize: [{ sampleFolder: '', cacheFolder: '', threads: -1 }],
    inspect: [{ model }],
    histogram: [{ model, layers: [null] }],
    sheet: [{ model, layer: 'dense' }],
    topology: [{ model }],
    levels: [{ model, step: { step: 'cluster' }, layer: 'dense' }],
    describeData: [{ data }],
    dataColumns: [{ data }],
    ends: [{ model }],
    examples: [{ data, split: 'train' }],
    dataset: [{ data }],
    normalization: [{ model, data }],
    evaluate: [{ model, data }],
    answers: [{ model, data, of: { kind: 'some' } }],
    plan: [
      { model, step: prune },
      { model, step: prune, data },
      { model, step: finetune },
      { model, step: remove },
      { model, step: remove, data },
      { model, step: train },
    ],
    sensitivity: [{ model, data }],
    advise: [{ model }, { model, data }],
    latency: [{ model }],
    compare: [
      { a: model, b: model },
      { a: model, b: model, data },
      { a: model, b: model, otherData: data },
    ],
    run: [{ recipe, baseFolder: '/', out: path.join(path.dirname(model), 'out') }],
    packing: [{ model }],
    pack: [{ model, out: path.join(path.dirname(model), 'net.secateur') }],
    unpack: [{ model, out: path.join(path.dirname(model), 'out') }],
    discard: [{ out: path.join(path.dirname(model), 'out') }],
    release: [{ model }],
  };
  for (const [method, questions] of Object.entries(all))
    for (const params of questions) await failure(call(method as keyof EngineRequests, params as never));
  expect(reached.sort()).toEqual([
    'compare',
    'histogram',
    'inspect',
    'levels',
    'packing',
    'plan',
    'plan',
    'release',
    'sheet',
    'topology',
  ]);
  expect(toNetwork).not.toHaveBeenCalled();
  expect(await failure(call('plan', { model, step: remove }))).toMatch(RESTRICTED);
});

test('a comparison is shown, and timed only in a trusted workspace', async () => {
  const handlers = {
    comparison: () => Promise.reject(new Error('asked')),
    latency: () => Promise.reject(new Error('timed')),
    packedSide: () => Promise.reject(new Error('packed')),
    topologyOfSide: () => Promise.reject(new Error('connected')),
    chooseDataForBoth: () => Promise.reject(new Error('chosen')),
    openCheckpoint: () => Promise.resolve(null),
    showLog: () => Promise.resolve(null),
  };
  const ask = page(compareRequests, handlers);
  expect(await failure(ask('comparison', { again: false }))).toBe('asked');
  expect(await failure(ask('latency', {}))).toMatch(RESTRICTED);
  expect(await failure(ask('chooseDataForBoth', {}))).toMatch(RESTRICTED);
  editor.trusted = true;
  expect(await failure(ask('latency', {}))).toBe('timed');
  expect(await failure(ask('chooseDataForBoth', {}))).toBe('chosen');
});

test('in a trusted workspace the same requests run', async () => {
  const { ask, reached } = await panel();
  expect(await failure(ask('plan', { step: remove, seed: 0, download: true }))).toMatch(RESTRICTED);
  editor.trusted = true;
  await failure(ask('plan', { step: remove, seed: 0, download: true }));
  expect(reached).toContain('plan');
});
