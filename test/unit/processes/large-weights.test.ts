import 'vscode-jsonrpc/node';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, inject, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { histograms } from '../../../src/engine/measure/histogram';
import { engineRequests } from '../../../src/protocol/engine';
import { Peer } from '../../../src/rpc/peer';
import { temporaryFolder } from '../temporary';

/** Writes a dense layer of 36 MB, some of its weights 0: from 32 MiB on threads read them. */
async function writeDense(folder: string): Promise<string> {
  const units = 3000;
  const values = new Float32Array(units * units + units);
  for (let i = 0; i < values.length; i++) values[i] = i % 3 === 0 ? 0 : Math.sin(i) ** 3;
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

it('reads and counts large weights in threads as it does without them, and again', async () => {
  const model = await writeDense(await temporaryFolder());
  const child = fork(path.join(inject('dist'), 'engine.js'), [], { execArgv: [], silent: true });
  const peer = new Peer({
    send: (message) => void child.send(message as object),
    onMessage: (listener) => child.on('message', listener),
    onClose: (listener) => child.on('exit', () => listener('The engine has gone.')),
  });
  peer.listen();
  const call = peer.client(engineRequests);
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
  child.kill();
  await once(child, 'exit');
});
