import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { UserError } from '../../../src/protocol/errors';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { surveyOf } from '../../../src/engine/checkpoint/survey';
import type { Tensor, Tensors } from '../../../src/engine/checkpoint/types';
import { isElsewhere, PIECE, piecesOf, valuesOf, withFields } from '../../../src/engine/checkpoint/values';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { measureRange } from '../../../src/engine/measure/histogram';
import { idealOf } from '../../../src/engine/measure/ideal-bits';
import { countNonzero } from '../../../src/engine/measure/inspect';
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

it('is read in ranges and in pieces', async () => {
  const { tensor } = await oddTensor();
  expect([...piecesOf(tensor)].map(({ length }) => length)).toEqual([PIECE, 1001]);
  expect(valuesOf(tensor).range(PIECE - 5, PIECE + 5)).toEqual(odd.slice(PIECE - 5, PIECE + 5));
});

it('is refused where its file has changed since', async () => {
  const { tensor, file } = await oddTensor();
  await appendFile(file, 'x');
  expect(() => tensor.data).toThrow(UserError);
  expect(() => valuesOf(tensor).range(0, 1)).toThrow(/was changed while it was in use/);
});
