import fc from 'fast-check';
import { expect, it } from 'vitest';
import { keptAlong, zeroedAlong } from '../../../src/engine/checkpoint/kept-values';
import type { Tensor } from '../../../src/engine/checkpoint/types';
import { isElsewhere, PIECE, tensorOf, valuesOf } from '../../../src/engine/checkpoint/values';

const indices = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/** A tensor whose values are their places, and that is read into given memory as files are. */
function counting(shape: readonly number[]): Tensor {
  const length = shape.reduce((all, size) => all * size, 1);
  return tensorOf(
    { name: 'w', shape, dtype: 'float32' },
    {
      length,
      range(start, end, room) {
        const into = room ? new Float32Array(room.buffer, room.byteOffset, end - start) : new Float32Array(end - start);
        for (let i = 0; i < into.length; i++) into[i] = start + i;
        return into;
      },
    },
  );
}

/** Places of the elements with some indices along an axis. */
function placesAlong(shape: readonly number[], axis: number, chosen: readonly number[]): number[] {
  const inner = shape.slice(axis + 1).reduce((all, size) => all * size, 1);
  const all = shape.reduce((product, size) => product * size, 1);
  return Array.from({ length: all }, (_, at) => at).filter((at) =>
    chosen.includes(Math.floor(at / inner) % shape[axis]!),
  );
}

const cases = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 4 }).chain((shape) =>
  fc.nat(shape.length - 1).chain((axis) =>
    fc.record({
      shape: fc.constant(shape),
      axis: fc.constant(axis),
      keep: fc.subarray(indices(shape[axis]!), { minLength: 1 }),
      from: fc.nat(1000),
      to: fc.nat(1000),
    }),
  ),
);

it('has the values that indices along an axis keep, in any range', () => {
  fc.assert(
    fc.property(cases, ({ shape, axis, keep, from, to }) => {
      const kept = keptAlong(counting(shape), axis, keep);
      const places = placesAlong(shape, axis, keep);
      expect(isElsewhere(kept)).toBe(true);
      expect(kept.shape).toEqual(shape.map((size, i) => (i === axis ? keep.length : size)));
      expect([...kept.data]).toEqual(places);
      const [start, end] = [from % (places.length + 1), to % (places.length + 1)].sort((a, b) => a - b);
      const room = new Uint8Array(4 * places.length);
      expect([...valuesOf(kept).range(start!, end!, room)]).toEqual(places.slice(start, end));
    }),
  );
});

it('keeps indices along one axis of what is kept along another, over more than a piece', () => {
  const shape = [3, Math.ceil(PIECE / 4), 5];
  const rows = indices(shape[1]!).filter((row) => row % 3 !== 1);
  const both = keptAlong(keptAlong(counting(shape), 1, rows), 2, [0, 3]);
  const places = [0, 1, 2].flatMap((outer) =>
    rows.flatMap((row) => [0, 3].map((column) => (outer * shape[1]! + row) * 5 + column)),
  );
  expect(Buffer.from(both.data.buffer).equals(Buffer.from(Float32Array.from(places).buffer))).toBe(true);
});

it('has 0 at the indices along an axis that are masked', () => {
  fc.assert(
    fc.property(cases, ({ shape, axis, keep, from }) => {
      const gone = indices(shape[axis]!).map((index) => !keep.includes(index));
      const masked = zeroedAlong(counting(shape), axis, gone);
      const places = new Set(placesAlong(shape, axis, keep));
      const expected = [...counting(shape).data].map((value, at) => (places.has(at) ? value : 0));
      expect([...masked.data]).toEqual(expected);
      const start = from % expected.length;
      expect([...valuesOf(masked).range(start, expected.length)]).toEqual(expected.slice(start));
    }),
  );
});
