import 'vscode-jsonrpc/node';
import { execFile, fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, it } from 'vitest';
import { engineRequests } from '../../../src/protocol/engine';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { Peer, type Client } from '../../../src/rpc/peer';
import { writeTinyData } from '../../fixtures/tiny-data';
import { writeRaw } from '../../fixtures/tiny-model';
import { writeTinyDataset } from '../dataset/idx-files';
import { temporaryFolder } from '../temporary';

const dist = inject('dist');

/** An engine in a process of its own, and a caller of its requests. */
function startEngine(): { child: ChildProcess; call: Client<typeof engineRequests> } {
  const child = fork(path.join(dist, 'engine.js'), [], { execArgv: [], silent: true });
  const peer = new Peer({
    send: (message) => void child.send(message as object),
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.on('exit', () => listener('The engine has gone.')),
  });
  peer.listen();
  return { child, call: peer.client(engineRequests) };
}

const settings = { sampleFolder: '/nowhere', cacheFolder: '/nowhere', threads: 1 };

describe('the engine process', () => {
  it('answers while a thread packs a model, and stops packing at once', async () => {
    const { child, call } = startEngine();
    await call('initialize', settings);
    const model = path.resolve('media/samples/fashion-cnn/model.json');
    await call('inspect', { model });
    const abort = new AbortController();
    let packed = false;
    const stopped = call('packing', { model }, { signal: abort.signal }).finally(() => (packed = true));
    const refused = expect(stopped).rejects.toThrow(CancelledError);
    await call('histogram', { model, layers: [null] });
    expect(packed).toBe(false);
    abort.abort();
    await refused;
    const { bytes, idealBits, advice } = await call('packing', { model });
    expect(bytes).toBeLessThan(idealBits / 8);
    expect(advice).toEqual([expect.stringMatching(/^The packed file is 8\d\.\d+% .*: cluster or quantize it first/)]);
    child.kill();
    await once(child, 'exit');
  });

  it('serves requests, tells failures as sentences, and ends with its parent', async () => {
    const folder = await temporaryFolder();
    const model = await writeRaw(path.join(folder, 'net'));
    const data = await writeTinyData(path.join(folder, 'data'));
    const { child, call } = startEngine();
    await expect(call('evaluate', { model, data })).rejects.toThrow(/before it was initialized/);
    const info = await call('initialize', settings);
    expect(info).toMatchObject({ pid: child.pid, backend: { name: 'onnxruntime', threads: 1 } });
    await expect(call('initialize', settings)).rejects.toThrow(/initialized already/);
    expect((await call('inspect', { model })).totals.params).toBe(111);
    const { totals } = await call('inspect', { model, packed: true });
    const packing = await call('packing', { model });
    expect(totals).toMatchObject({ packedBytes: packing.bytes, idealBits: packing.idealBits });
    expect(packing.layers.reduce((sum, { params }) => sum + params, 0)).toBe(111);
    expect(await call('dataset', { data })).toMatchObject({ examples: { train: 33, validation: 3, test: 36 } });
    const { samples, confusion } = await call('evaluate', { model, data });
    expect(samples).toBe(36);
    const actual = confusion.findIndex((row) => row.some((count) => count > 0));
    const predicted = confusion[actual]!.findIndex((count) => count > 0);
    const answers = await call('answers', { model, data, of: { kind: 'cell', actual, predicted } });
    if (answers.kind !== 'classes') throw new Error('the answers are no classes');
    expect(answers.examples).toHaveLength(Math.min(12, confusion[actual]![predicted]!));
    // The input of the model decides the size and, as the checkpoint says, the range.
    const { normalization } = await call('evaluate', { model, data });
    const shown = await call('examples', { model, data, split: 'test', count: 1 });
    if (shown.kind !== 'pictures' || !normalization) throw new Error('the examples are no pictures');
    const known = normalization.from === 'stored' || normalization.from === 'layer';
    expect(shown.entering?.range === null).toBe(!known);
    const prune = { step: 'prune', amount: { sparsity: 0.5 } } as const;
    expect((await call('plan', { model, step: prune })).noAccuracy).toBe('no dataset chosen');
    expect((await call('plan', { model, step: prune, data, samples: 2 })).metrics).toMatchObject({ samples: 2 });
    await expect(call('inspect', { model: path.join(folder, 'none') })).rejects.toThrow(UserError);
    expect(await call('release', { model })).toBeNull();
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('runs a recipe with news on the way, and stops when it is asked to', async () => {
    const folder = await temporaryFolder();
    const model = await writeRaw(path.join(folder, 'net'));
    await writeTinyDataset(path.join(folder, 'data'), { train: 480, test: 60, size: 6, classes: 3 });
    const { child, call } = startEngine();
    await call('initialize', settings);
    const steps = [
      { step: 'prune', amount: { sparsity: 0.5 } } as const,
      { step: 'finetune', epochs: 10_000 } as const,
    ];
    const recipe = { recipeVersion: 1, checkpoint: model, data: 'data', steps } as const;
    const abort = new AbortController();
    const kinds = new Set<string>();
    const run = call(
      'run',
      { recipe: { ...recipe, steps: [...steps] }, baseFolder: folder, out: path.join(folder, 'out') },
      {
        signal: abort.signal,
        onProgress: (event) => {
          kinds.add(event.kind);
          if (event.kind === 'epoch' && event.record.epoch === 2) abort.abort();
        },
      },
    );
    await expect(run).rejects.toThrow(CancelledError);
    expect([...kinds]).toEqual(expect.arrayContaining(['step', 'progress', 'result', 'epoch']));
    child.disconnect();
    await once(child, 'exit');
  });

  it('that dies takes its requests with it, each with the reason', async () => {
    const { child, call } = startEngine();
    await call('initialize', settings);
    const waiting = call('dataset', { data: '/nowhere' });
    child.kill('SIGKILL');
    await expect(waiting).rejects.toThrow(/The engine has gone|does not exist/);
    await expect(call('dataset', { data: '/nowhere' })).rejects.toThrow(/The engine has gone/);
  });

  it('says on a terminal that it is not meant for one', async () => {
    const alone = promisify(execFile)(process.execPath, [path.join(dist, 'engine.js')]);
    await expect(alone).rejects.toMatchObject({
      code: 2,
      stderr: expect.stringContaining('on a terminal use') as string,
    });
  });
});
