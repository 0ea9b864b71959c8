import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeCheckpoint } from '../../../../src/engine/checkpoint/encode';
import { pack } from '../../../../src/engine/checkpoint/packed/pack';
import { decoding } from '../../../../src/engine/checkpoint/packed/packing-job';
import { RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { unpack } from '../../../../src/engine/checkpoint/packed/unpack';
import { WeightsEncoder } from '../../../../src/engine/checkpoint/packed/weights-encoder';
import { writeText } from '../../../../src/engine/checkpoint/packed/write-text';
import { quantizeTensor } from '../../../../src/engine/checkpoint/quantize-tensor';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import type { ModelContent, Tensor } from '../../../../src/engine/checkpoint/types';
import { writeCheckpoint } from '../../../../src/engine/checkpoint/write';
import { CHECKSUM, HEAD, TEXT_ALLOWED, TEXT_UNIT } from '../../../../src/loader/head';
import { packed } from '../../../../src/loader/index';
import { openPacked } from '../../../../src/loader/packed-file';
import { primedModel } from '../../../../src/loader/primed-model';
import { rangeDecoder } from '../../../../src/loader/range-decoder';
import { weightsDecoder } from '../../../../src/loader/weights-decoder';
import type { WeightEntry } from '../../../../src/protocol/checkpoint';
import { folderWith, temporaryFolder } from '../../temporary';
import { anyTensors } from '../arbitraries';

const topology = { class_name: 'Sequential', config: { name: 'empty', layers: [] } };
const FASHION = path.resolve('media/samples/fashion-cnn/model.json');

const bits = (data: Tensor['data']) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');

/** Returns the hash of the weights that the engine decodes while the file arrives. */
function decodedHash(whole: Uint8Array, entries: readonly WeightEntry[]): string | undefined {
  const bytes = new Uint8Array(whole.byteLength);
  const moreThan = (known: number) => {
    const count = Math.min(whole.byteLength, known + 1);
    bytes.set(whole.subarray(0, count));
    return { count, ended: count === whole.byteLength };
  };
  const steps = decoding({ bytes, moreThan }, entries, () => undefined);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value.weightsHash;
  }
}

/** Packs, unpacks and packs again; returns the content between, after all bytes were compared. */
function throughFile(model: ModelContent) {
  const encoded = encodeCheckpoint(model);
  const packed = pack(model, encoded);
  const { described, companions, weights, weightsHash } = unpack(packed.bytes, 'net.secateur', () => undefined);
  expect(Buffer.from(weights).equals(Buffer.concat(encoded.shards.map(({ bytes }) => bytes)))).toBe(true);
  expect(weightsHash).toBe(encoded.weightsHash);
  expect(decodedHash(packed.bytes, encoded.entries)).toBe(weightsHash);
  expect(JSON.stringify(described)).toBe(Buffer.from(encoded.modelJson.bytes).toString('utf8'));
  expect(companions).toEqual(model.companions ?? []);
  return packed;
}

/** Random numbers that are the same each time, 0 to 1. */
function random(seed = 1): () => number {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

const modelOf = (...tensors: Tensor[]): ModelContent => ({
  modelTopology: topology,
  tensors: new Map(tensors.map((tensor) => [tensor.name, tensor])),
});
const kernel = (shape: readonly number[], data: Float32Array): Tensor => ({
  name: 'kernel',
  shape,
  dtype: 'float32',
  data,
});
const bytesFor = (tensor: Tensor): number => throughFile(modelOf(tensor)).tensorBits.get(tensor.name)! / 8;

describe('a packed file', () => {
  it('holds any tensors, description and companions bit for bit', () => {
    const companions = fc.uniqueArray(
      fc.record({ name: fc.constantFrom('labels.txt', 'dict.txt'), bytes: fc.uint8Array() }),
      {
        selector: ({ name }) => name,
      },
    );
    fc.assert(
      fc.property(anyTensors, fc.dictionary(fc.string(), fc.jsonValue()), companions, (tensors, metadata, beside) => {
        throughFile({ modelTopology: topology, tensors, metadata, companions: beside });
      }),
      { numRuns: 60, examples: [[new Map(), JSON.parse('{"__proto__":false}') as Record<string, never>, []]] },
    );
  });

  it('holds a long description, and says its length so that no other is taken for it', async () => {
    const names = Array.from({ length: 13_000 }, (_, i) => `class ${i}`);
    const { bytes } = throughFile({ modelTopology: topology, tensors: new Map(), metadata: { names } });
    expect(await packed(bytes).load()).toMatchObject({ userDefinedMetadata: { names } });
    const { parameter } = weightsDecoder(rangeDecoder(bytes, HEAD.length, bytes.length - CHECKSUM));
    const length = parameter();
    expect(length).toBeGreaterThan(TEXT_ALLOWED);
    expect(length % TEXT_UNIT).toBe(0);
    const written = (text: Uint8Array): Uint8Array => {
      const coder = new RangeEncoder();
      const encoder = new WeightsEncoder(coder);
      encoder.parameter(text.byteLength);
      encoder.parameter(0);
      writeText(coder, primedModel(text.byteLength), text);
      return Buffer.concat([Buffer.from(HEAD), coder.finish(), Buffer.alloc(CHECKSUM)]);
    };
    const { text } = openPacked(bytes);
    expect(openPacked(written(text)).text).toEqual(text);
    expect(() => openPacked(written(Buffer.concat([text, Buffer.of(0)])))).toThrow('This packed file is damaged.');
  });

  it('holds values at the ends of their types', () => {
    const edges = Float32Array.from([
      0,
      -0,
      NaN,
      Infinity,
      -Infinity,
      2 ** -149,
      -(2 ** -149),
      3.4028234663852886e38,
      1,
    ]);
    throughFile(modelOf(kernel([9], edges)));
    const whole = Int32Array.from([0, -1, 2 ** 31 - 1, -(2 ** 31), 5]);
    throughFile(modelOf({ name: 'whole', shape: [5], dtype: 'int32', data: whole }));
    throughFile(
      modelOf({ name: 'most', shape: [300], dtype: 'int32', data: new Int32Array(300).fill(-1).fill(-(2 ** 31), 299) }),
    );
  });

  it('keeps quantized tensors as they are stored', () => {
    const next = random();
    const data = Float32Array.from({ length: 64 * 32 }, () => (next() < 0.7 ? 0 : next() - 0.4));
    for (const dtype of ['uint8', 'uint16', 'float16'] as const)
      throughFile(modelOf(quantizeTensor(kernel([64, 32], data), dtype)!));
  });

  it('finds few values, grids of channels, and zeros of every pattern', () => {
    const next = random();
    const size = 3 * 3 * 32 * 64;
    const few = Float32Array.of(-0.31, -0.1, 0.12, 0.47);
    const clustered = Float32Array.from({ length: size }, () => (next() < 0.8 ? 0 : few[Math.floor(next() * 4)]!));
    // Entropy of places and values, and nothing else: 0.72 + 0.2 x 2 bits.
    expect(bytesFor(kernel([3, 3, 32, 64], clustered))).toBeLessThan(((0.722 + 0.4) * size * 1.02) / 8);

    const scales = Float32Array.from({ length: 64 }, () => 0.01 + next());
    const grid = Float32Array.from(
      { length: size },
      (_, i) => Math.fround(scales[i % 64]! * Math.round(next() * 6 - 3)) + 0,
    );
    // Of seven numbers the first and the last are half as frequent.
    expect(bytesFor(kernel([3, 3, 32, 64], grid))).toBeLessThan((2.75 * size * 1.02) / 8 + 64 * 4);

    const ternary = Float32Array.from(scales, (scale, i) => [-scale, 0, scale][i % 3]!);
    throughFile(modelOf(kernel([64], ternary)));

    // 2 of 4 along the inputs: log2(6) bits for four weights.
    const twoOfFour = new Float32Array(size);
    for (let i = 0; i < size; i += 256)
      for (let c = 0; c < 64; c++) {
        const first = Math.floor(next() * 4);
        twoOfFour[i + c + first * 64] = 1;
        twoOfFour[i + c + ((first + 1 + Math.floor(next() * 3)) % 4) * 64] = 1;
      }
    expect(bytesFor(kernel([3, 3, 32, 64], twoOfFour))).toBeLessThan(((Math.log2(6) / 4) * size * 1.03) / 8 + 40);

    const emptyRows = Float32Array.from({ length: size }, (_, i) => (Math.floor(i / 64) % 3 === 0 ? next() : 0));
    expect(bytesFor(kernel([3, 3, 32, 64], emptyRows))).toBeLessThan(((28 * size) / 3 / 8) * 1.02);
  });

  it('finds grids of many steps, such as rounded biases have', () => {
    const next = random();
    for (const bits of [6, 8, 12, 16]) {
      const most = 2 ** (bits - 1) - 1;
      const scale = Math.fround(0.37 / most);
      const biases = Float32Array.from(
        { length: 1024 },
        () => Math.fround(Math.round((next() * 2 - 1) * most) * scale) + 0,
      );
      expect(bytesFor(kernel([1024], biases)), `${bits} bits`).toBeLessThan(((bits + 0.5) * 1024) / 8 + 60);
    }
  });

  it('takes no more than it holds: numbers without any structure grow by less than 1%', () => {
    const next = random();
    const noise = new Uint8Array(40_000).map(() => next() * 256);
    expect(
      bytesFor({ name: 'kernel', shape: [10_000], dtype: 'float32', data: new Float32Array(noise.buffer) }),
    ).toBeLessThan(40_400);
  });

  it('says where its bits are', () => {
    const packed = throughFile(
      modelOf(
        kernel(
          [100],
          Float32Array.from({ length: 100 }, (_, i) => i),
        ),
      ),
    );
    const sum = packed.textBits + [...packed.tensorBits.values()].reduce((all, one) => all + one, 0);
    expect(packed.bytes.byteLength - sum / 8).toBeLessThan(48);
  });
});

describe('readCheckpoint', () => {
  it('reads a packed file by its content as it reads the folder, and writes the same folder again', async () => {
    const original = await readCheckpoint(FASHION);
    const folder = await temporaryFolder();
    const file = path.join(folder, 'whatever.json');
    const packed = pack(original);
    await writeFile(file, packed.bytes);
    const read = await readCheckpoint(file);
    expect(read.weightsHash).toBe(original.weightsHash);
    expect([...read.tensors.keys()]).toEqual([...original.tensors.keys()]);
    for (const [name, tensor] of original.tensors) expect(bits(read.tensors.get(name)!.data)).toBe(bits(tensor.data));
    expect(read.metadata).toEqual(original.metadata);
    expect(read.files).toEqual([{ name: 'whatever.json', bytes: packed.bytes.byteLength }]);
    const written = await writeCheckpoint(path.join(folder, 'out'), read);
    expect(await readFile(written.path, 'utf8')).toBe(await readFile(FASHION, 'utf8'));
    expect(Buffer.from(pack(await readCheckpoint(written.path)).bytes).equals(packed.bytes)).toBe(true);
  });

  it('keeps labels and the name of the only weights file', async () => {
    const model = JSON.parse(await readFile(FASHION, 'utf8')) as { weightsManifest: [{ paths: string[] }] };
    const weights = path.join(path.dirname(FASHION), model.weightsManifest[0].paths[0]!);
    model.weightsManifest[0].paths = ['weights.bin'];
    const folder = await folderWith({ 'model.json': model, 'labels.txt': 'Shirt\nBag\n' });
    await writeFile(path.join(folder, 'weights.bin'), await readFile(weights));
    await writeFile(
      path.join(folder, 'net.secateur'),
      pack(await readCheckpoint(path.join(folder, 'model.json'))).bytes,
    );
    const read = await readCheckpoint(path.join(folder, 'net.secateur'));
    const written = await writeCheckpoint(path.join(folder, 'out'), read);
    expect(await readFile(path.join(folder, 'out', 'labels.txt'), 'utf8')).toBe('Shirt\nBag\n');
    expect(JSON.parse(await readFile(written.path, 'utf8'))).toEqual(model);
  });
});
