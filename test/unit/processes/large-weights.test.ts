import 'vscode-jsonrpc/node';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, it, onTestFinished } from 'vitest';
import { pack } from '../../../src/engine/checkpoint/packed/pack';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { histograms } from '../../../src/engine/measure/histogram';
import { engineRequests } from '../../../src/protocol/engine';
import { CancelledError } from '../../../src/protocol/errors';
import { Peer } from '../../../src/rpc/peer';
import { temporaryFolder } from '../temporary';

/** Writes a dense layer of 36 MB: from 32 MiB on threads read it. @param zeros 1 for some weights of 0 */
async function writeDense(folder: string, zeros: 0 | 1): Promise<string> {
  const units = 3000;
  const values = new Float32Array(units * units + units);
  for (let i = 0; i < values.length; i++) values[i] = zeros === 1 && i % 3 === 0 ? 0 : Math.sin(i + 1 - zeros) ** 3;
  await writeFile(path.join(folder, 'weights.bin'), new Uint8Array(values.buffer));
  const config = { name: 'wide', units, activation: 'linear', use_bias: true, batch_input_shape: [null, units] };
  const layers = [{ class_name: 'Dense', config }];
  const model_config = { class_name: 'Sequential', config: { name: 'net', layers } };
  const weights = [
    { name: 'wide/kernel', shape: [units, units], dtype: 'float32' },
    { name: 'wide/bias', shape: [units], dtype: 'float32' },
  ];
  const file = path.join(folder, 'model.json');
  const described = {
    format: 'layers-model',
    modelTopology: { keras_version: '2.15.0', backend: 'tensorflow', model_config },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
  await writeFile(file, JSON.stringify(described));
  return file;
}

/** Starts the built engine, and ends it with the test. */
function engine() {
  const child = fork(path.join(inject('dist'), 'engine.js'), [], { execArgv: [], silent: true });
  onTestFinished(async () => {
    child.kill();
    await once(child, 'exit');
  });
  const peer = new Peer({
    send: (message) => void child.send(message as object),
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.on('exit', () => listener('The engine has gone.')),
  });
  peer.listen();
  return peer.client(engineRequests);
}

it('reads and counts large weights in threads as it does without them, and again', async () => {
  const model = await writeDense(await temporaryFolder(), 1);
  const call = engine();
  const checkpoint = await readCheckpoint(model);
  const expected = await histograms(checkpoint, [null, 'wide'], 48);
  expect(expected[0]?.zeros).toBe(3_000_000);
  const { weightsHash, totals } = await call('inspect', { model });
  expect(weightsHash).toBe(checkpoint.weightsHash);
  expect(totals.nonzero).toBe(6_002_000);
  const ask = () => call('histogram', { model, layers: [null, 'wide'], bins: 48 });
  expect(await ask()).toEqual(expected);
  // The threads of the first question wait for the second.
  expect(await ask()).toEqual(expected);
});

it('packs large weights in threads to the same bytes, and leaves nothing after a cancel', async () => {
  const folder = await temporaryFolder();
  // With zeros, the search for their pattern takes seconds.
  const model = await writeDense(folder, 0);
  const call = engine();
  const out = path.join(folder, 'packed', 'net.secateur');
  const settings = { model, out, smallWeights: 32, history: 'keep', exact: false } as const;
  const abort = new AbortController();
  const stages = new Set<string>();
  const cancelled = call('pack', settings, {
    signal: abort.signal,
    onProgress: ({ stage }) => {
      stages.add(stage);
      if (stage === 'Packing the weights') abort.abort();
    },
  });
  await expect(cancelled).rejects.toThrow(CancelledError);
  expect(await readdir(folder)).not.toContain('packed');
  const checkpoint = await readCheckpoint(model);
  const { bytes } = pack(checkpoint);
  const { sha256 } = await call('pack', settings);
  const written = await readFile(out);
  expect(written.equals(bytes)).toBe(true);
  expect(written.subarray(-32).toString('hex')).toBe(sha256);
  expect(await readdir(path.dirname(out))).toEqual(['net.secateur']);
});
