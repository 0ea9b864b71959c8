import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { inParts } from '../../../src/engine/checkpoint/stored-tensor';
import { joinSurveys, surveyOf, surveyPieces } from '../../../src/engine/checkpoint/survey';
import type { Tensor, Tensors } from '../../../src/engine/checkpoint/types';
import { isElsewhere, PIECE, piecesOf, valuesOf, withFields } from '../../../src/engine/checkpoint/values';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { prunedElsewhere } from '../../../src/engine/compress/prune/apply-elsewhere';
import { measureRange } from '../../../src/engine/measure/histogram';
import { idealOf } from '../../../src/engine/measure/ideal-bits';
import { countNonzero } from '../../../src/engine/measure/inspect';
import { hasMany } from '../../../src/engine/train/constraints/many-values';
import { temporaryFolder } from '../temporary';
import { anyTensors } from './arbitraries';

const topology = { class_name: 'Sequential', config: { name: 'empty', layers: [] } };

const bits = ({ data, ...fields }: Tensor) => ({
  ...fields,
  kind: data.constructor.name,
  bytes: Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex'),
});

it('has the values that it has in memory, whatever they are', async () => {
  await fc.assert(
    fc.asyncProperty(anyTensors, async (tensors) => {
      const folder = await mkdtemp(path.join(os.tmpdir(), 'secateur-test-'));
      try {
        const { path: file } = await writeCheckpoint(folder, { modelTopology: topology, tensors });
        const [whole, large] = [await readCheckpoint(file), await readCheckpoint(file, { largeFrom: 0 })];
        expect(large.weightsHash).toBe(whole.weightsHash);
        expect(large.stamp).toBe(whole.stamp);
        for (const [name, tensor] of whole.tensors) {
          const other = large.tensors.get(name)!;
          expect(countNonzero(other)).toBe(countNonzero(tensor));
          expect(idealOf(other)).toEqual(idealOf(tensor));
          expect(bits(other)).toEqual(bits(tensor));
          expect(bits({ ...other })).toEqual(bits(tensor));
          expect(bits(withFields(other, { name: 'renamed' }))).toEqual(bits({ ...tensor, name: 'renamed' }));
        }
      } finally {
        await rm(folder, { recursive: true });
      }
    }),
    { numRuns: 60 },
  );
});

/** More than a piece, with numbers of each kind at its end. */
const odd = Float32Array.from({ length: PIECE + 1001 }, (_, i) => Math.sin(i) * (i % 7 === 0 ? 0 : 3));
odd.set([NaN, Infinity, -Infinity, -0, 2 ** -149, -5], PIECE - 3);
const oddTensors: Tensors = new Map(
  [odd, odd.slice(0, 100)].map((data, i) => [`w${i}`, { name: `w${i}`, shape: [data.length], dtype: 'float32', data }]),
);

async function oddTensor(): Promise<{ tensor: Tensor; file: string }> {
  const folder = await temporaryFolder();
  const { path: file } = await writeCheckpoint(folder, { modelTopology: topology, tensors: oddTensors });
  const { tensors, folder: place, files } = await readCheckpoint(file, { largeFrom: 0 });
  return { tensor: tensors.get('w0')!, file: path.join(place, files[1]!.name) };
}

it('is surveyed piece by piece as it is whole', async () => {
  const { tensor } = await oddTensor();
  expect(isElsewhere(tensor)).toBe(true);
  const { floats } = surveyOf(tensor);
  const whole = measureRange([odd]);
  const { count, zeros, nan, infinite, min, max, mean, squares, negativeZeros } = floats!;
  expect({ count, zeros, nan, infinite, min, max }).toEqual({
    ...{ count: whole.count, zeros: whole.zeros, nan: whole.nan },
    ...{ infinite: whole.infinite, min: whole.min, max: whole.max },
  });
  expect(negativeZeros).toBe(odd.filter((value) => Object.is(value, -0)).length);
  expect(mean).toBeCloseTo(whole.mean, 12);
  expect(Math.sqrt(squares / (count - nan - infinite))).toBeCloseTo(whole.std, 12);
  expect(floats!.sizes.reduce((sum, one) => sum + one, 0)).toBe(odd.length);
});

it('is divided into parts that have each value once, in order', () => {
  const sizes = [5, 0, 60_000_000, 1, 9_000_000, 8];
  const tensors = sizes.map((size, i) => ({
    shards: [],
    entry: { name: `w${i}`, shape: [size], dtype: 'float32' as const },
    offset: 0,
  }));
  const groups = inParts(tensors);
  for (const [i, size] of sizes.entries()) {
    const parts = groups.flat().filter(({ tensor }) => tensor === tensors[i]);
    expect(parts[0]!.start).toBe(0);
    expect(parts.at(-1)!.end).toBe(size);
    parts.slice(1).forEach(({ start }, k) => expect(start).toBe(parts[k]!.end));
  }
  const values = groups.map((parts) => parts.reduce((sum, { start, end }) => sum + end - start, 0));
  expect(Math.max(...values)).toBe(8 * 1024 * 1024);
});

it('is surveyed part by part as it is at once', () => {
  const parts = [odd.subarray(0, 0), odd.subarray(0, 9), odd.subarray(9, PIECE), odd.subarray(PIECE)];
  const { floats: joined, nonzero } = joinSurveys(parts.map((part) => surveyPieces('float32', [part])));
  const { floats, nonzero: whole } = surveyPieces('float32', [odd]);
  expect(nonzero).toBe(whole);
  const { mean, squares, ...counted } = joined!;
  const { mean: itsMean, squares: itsSquares, ...its } = floats!;
  expect(counted).toEqual(its);
  expect(mean).toBeCloseTo(itsMean, 12);
  expect(squares / itsSquares).toBeCloseTo(1, 10);
});

it('is read in ranges and in pieces', async () => {
  const { tensor } = await oddTensor();
  expect([...piecesOf(tensor)].map(({ length }) => length)).toEqual([PIECE, 1001]);
  expect(valuesOf(tensor).range(PIECE - 5, PIECE + 5)).toEqual(odd.slice(PIECE - 5, PIECE + 5));
});

it('is read value by value at equal distances, also where one lies in two shards', async () => {
  const folder = await temporaryFolder();
  const data = Float32Array.from({ length: 40 }, (_, i) => i - 7.5);
  const bytes = Buffer.from(data.buffer);
  const cuts = [0, 30, 31, 90, 160];
  const paths = cuts.slice(1).map((_, i) => `s${i}.bin`);
  await Promise.all(paths.map((name, i) => writeFile(path.join(folder, name), bytes.subarray(cuts[i], cuts[i + 1]))));
  const weights = [{ name: 'w', shape: [40], dtype: 'float32' }];
  const file = path.join(folder, 'model.json');
  await writeFile(file, JSON.stringify({ modelTopology: topology, weightsManifest: [{ paths, weights }] }));
  const { tensors } = await readCheckpoint(file, { largeFrom: 0 });
  for (const step of [1, 3, 40, 41])
    expect([...valuesOf(tensors.get('w')!).strided!(step)]).toEqual([...data].filter((_, i) => i % step === 0));
});

it('has many values in its first channel where it has them in memory, however long its rows are', async () => {
  const channels = 1500;
  for (const [rows, kinds] of [
    [300, 300],
    [300, 257],
    [300, 256],
  ] as const) {
    const data = Float32Array.from({ length: rows * channels }, (_, i) => 1 + (Math.floor(i / channels) % kinds));
    const tensor: Tensor = { name: 'w', shape: [rows, channels], dtype: 'float32', data };
    const { path: file } = await writeCheckpoint(await temporaryFolder(), {
      modelTopology: topology,
      tensors: new Map([['w', tensor]]),
    });
    const { tensors } = await readCheckpoint(file, { largeFrom: 0 });
    const cut = { below: 3, last: -1, ties: 0 };
    const zeroed = { ...tensor, data: data.map((value) => (value < 3 ? 0 : value)) };
    const pairs = [[tensor, tensors.get('w')!], [zeroed, prunedElsewhere(tensors.get('w')!, cut)]] as const; // prettier-ignore
    for (const [whole, large] of pairs) {
      expect(isElsewhere(large)).toBe(true);
      expect(hasMany(large, { count: channels, inner: 1 })).toBe(hasMany(whole, { count: channels, inner: 1 }));
      expect([...valuesOf(large).strided!(channels)]).toEqual([...whole.data].filter((_, i) => i % channels === 0));
    }
  }
});

it('is cut value by value as it is as a whole, up to the last of equal size', async () => {
  const { tensor } = await oddTensor();
  for (const below of [0, 2 ** -149, 0.5, 0.1, Infinity])
    for (const last of [-1, 6, 1000, Infinity]) {
      const pruned = prunedElsewhere(tensor, { below, last, ties: 0 });
      const all = valuesOf(pruned).range(0, odd.length);
      const each = Float32Array.from(valuesOf(pruned).strided!(3));
      expect(new Int32Array(each.buffer)).toEqual(new Int32Array(all.filter((_, i) => i % 3 === 0).buffer));
    }
});

it('is refused where its file has changed since', async () => {
  const { tensor, file } = await oddTensor();
  await appendFile(file, 'x');
  expect(() => tensor.data).toThrow(UserError);
  expect(() => valuesOf(tensor).range(0, 1)).toThrow(/was changed while it was in use/);
  expect(() => [...valuesOf(tensor).strided!(5)]).toThrow(/was changed while it was in use/);
});
