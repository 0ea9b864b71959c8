import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { tf } from '../../../src/engine/tf';
import { layers } from '../../../src/engine/model/layers-model/tfjs-layers';
import { encodeCheckpoint, SHARD_BYTES } from '../../../src/engine/checkpoint/encode';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { createArchitecture } from '../../../src/engine/model/layers-model/architectures';
import { fromLayersModel } from '../../../src/engine/model/layers-model/content';
import { toLayersModel } from '../layers-model';
import { temporaryFolder } from '../temporary';
import { anyTensors } from './arbitraries';

const topology = { class_name: 'Sequential', config: { name: 'empty', layers: [] } };

beforeAll(() => tf.setBackend('cpu'));

describe('a checkpoint that is written and read again', () => {
  it('has the same tensors, bit for bit and in order, whatever they are', async () => {
    await fc.assert(
      fc.asyncProperty(anyTensors, fc.dictionary(fc.string(), fc.jsonValue()), async (tensors, metadata) => {
        const folder = await mkdtemp(path.join(os.tmpdir(), 'secateur-test-'));
        try {
          const written = await writeCheckpoint(folder, { modelTopology: topology, tensors, metadata });
          const read = await readCheckpoint(written.path);
          expect([...read.tensors.keys()]).toEqual([...tensors.keys()]);
          for (const tensor of tensors.values()) expect(bits(read.tensors.get(tensor.name))).toEqual(bits(tensor));
          expect(read.metadata).toEqual(JSON.parse(JSON.stringify(metadata)));
          expect(read.weightsHash).toBe(written.weightsHash);
          expect(read.files.reduce((sum, file) => sum + file.bytes, 0)).toBe(written.bytes);
        } finally {
          await rm(folder, { recursive: true });
        }
      }),
      { numRuns: 60, examples: [[new Map(), JSON.parse('{"__proto__":false}') as Record<string, never>]] },
    );
  });

  it('has the same bytes in another folder', async () => {
    const model = modelOf(createArchitecture('lenet-300-100', 7));
    const [one, other] = [await temporaryFolder(), await temporaryFolder()];
    await writeCheckpoint(one, model);
    await writeCheckpoint(path.join(other, 'deep', 'below'), model);
    for (const file of await readdir(one)) {
      const [first, second] = [path.join(one, file), path.join(other, 'deep', 'below', file)];
      expect((await readFile(first)).equals(await readFile(second))).toBe(true);
    }
  });

  it('is cut into shards of 4 MiB, across tensors', async () => {
    const data = Float32Array.from({ length: (2.5 * SHARD_BYTES) / 4 }, (_, i) => i);
    const tensors = new Map([['w', { name: 'w', shape: [data.length], dtype: 'float32', data } as const]]);
    const { shards } = encodeCheckpoint({ modelTopology: topology, tensors });
    expect(shards.map(({ bytes }) => bytes.byteLength)).toEqual([SHARD_BYTES, SHARD_BYTES, SHARD_BYTES / 2]);
    const { path: file } = await writeCheckpoint(await temporaryFolder(), { modelTopology: topology, tensors });
    const read = (await readCheckpoint(file)).tensors.get('w')!.data;
    expect(read).toHaveLength(data.length);
    expect(data.findIndex((value, i) => read[i] !== value)).toBe(-1);
  });

  it('is read by stock TensorFlow.js with the same weights and answers', async () => {
    const model = createArchitecture('lenet-300-100', 3);
    const folder = await temporaryFolder();
    await writeCheckpoint(folder, modelOf(model));
    const stock = await layers.loadLayersModel(fileHandler(folder));
    const image = tf.randomUniform([2, 28, 28, 1], -1, 1, 'float32', 5);
    expect(await values(stock.predict(image))).toEqual(await values(model.predict(image)));
    expect(stock.name).toBe('lenet-300-100');
  });

  it('runs again after it was read, and gives the same data back', async () => {
    const before = modelOf(createArchitecture('lenet-300-100', 3));
    const { path: file } = await writeCheckpoint(await temporaryFolder(), before);
    const again = modelOf(await toLayersModel(await readCheckpoint(file)));
    expect([...again.tensors.values()].map(bits)).toEqual([...before.tensors.values()].map(bits));
    expect(again.modelTopology).toEqual(before.modelTopology);
  });
});

const bits = (tensor: Tensor | undefined) =>
  tensor && {
    shape: tensor.shape,
    dtype: tensor.dtype,
    bytes: Buffer.from(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength).toString('hex'),
  };

function modelOf(model: layers.LayersModel): ModelContent {
  return fromLayersModel(model);
}

/** Loads as `tfjs-node`'s file handler does, by the words of model.json alone. */
function fileHandler(folder: string): tf.io.IOHandler {
  return {
    load: async () => {
      const json = JSON.parse(await readFile(path.join(folder, 'model.json'), 'utf8')) as tf.io.ModelJSON;
      return tf.io.getModelArtifactsForJSON(json, async (manifest) => {
        const files = await Promise.all(manifest[0]!.paths.map((file) => readFile(path.join(folder, file))));
        return [manifest[0]!.weights, new Uint8Array(Buffer.concat(files)).buffer];
      });
    },
  };
}

async function values(output: tf.Tensor | tf.Tensor[]): Promise<number[]> {
  return Array.from(await (output as tf.Tensor).data());
}
