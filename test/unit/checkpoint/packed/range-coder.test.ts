import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeNumber, magnitudesAt } from '../../../../src/engine/checkpoint/packed/code-number';
import { floatSteps } from '../../../../src/engine/checkpoint/packed/float-steps';
import { MOST_NUMBER, RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { chances } from '../../../../src/loader/chances';
import { PLACES, SIGNS } from '../../../../src/loader/layout';
import { rangeDecoder } from '../../../../src/loader/range-decoder';

type Decision =
  | { kind: 'bit'; at: number; bit: number }
  | { kind: 'among'; share: number; whole: number; bit: number }
  | { kind: 'raw'; bits: number; value: number };

const bit = fc.integer({ min: 0, max: 1 });
const decision: fc.Arbitrary<Decision> = fc.oneof(
  fc.record({ kind: fc.constant('bit' as const), at: fc.integer({ min: 0, max: 2 }), bit }),
  // Always 1: after a while it takes almost no room.
  fc.record({ kind: fc.constant('bit' as const), at: fc.constant(3), bit: fc.constant(1) }),
  fc.tuple(fc.integer({ min: 2, max: 65_535 }), fc.nat(), bit).map(([whole, share, decided]) => ({
    kind: 'among' as const,
    whole,
    share: 1 + (share % (whole - 1)),
    bit: decided,
  })),
  fc
    .tuple(fc.integer({ min: 0, max: 31 }), fc.nat(), fc.boolean())
    .map(([bits, value, full]) => ({ kind: 'raw' as const, bits, value: full ? 2 ** bits - 1 : value % 2 ** bits })),
);

it('decodes every decision that was encoded', () => {
  fc.assert(
    fc.property(fc.array(decision, { maxLength: 400, size: 'max' }), (decisions) => {
      const encoder = new RangeEncoder();
      const learned = chances(4);
      for (const one of decisions) {
        if (one.kind === 'bit') encoder.bit(learned, one.at, one.bit);
        else if (one.kind === 'among') encoder.among(one.share, one.whole, one.bit);
        else encoder.raw(one.bits, one.value);
      }
      const bytes = encoder.finish();
      expect(Math.abs(bytes.byteLength * 8 - encoder.bits)).toBeLessThan(72);
      const decoder = rangeDecoder(bytes, 0, bytes.byteLength);
      const again = chances(4);
      for (const one of decisions) {
        if (one.kind === 'bit') expect(decoder.bit(again, one.at)).toBe(one.bit);
        else if (one.kind === 'among') expect(decoder.among(one.share, one.whole)).toBe(one.bit);
        else expect(decoder.raw(one.bits)).toBe(one.value);
      }
    }),
    { numRuns: 300 },
  );
});

it('encodes floats in a loop as one by one, whatever the places, and counts as many bits without keeping bytes', () => {
  const number = fc.oneof(
    fc.constant(0),
    fc.integer({ min: 1, max: 6 }),
    fc.integer({ min: -MOST_NUMBER, max: MOST_NUMBER }),
  );
  const given = fc.record({
    numbers: fc.array(number, { minLength: 1, maxLength: 3000, size: 'max' }),
    seed: fc.nat(),
    dropped: fc.constantFrom(0, 3, 11, 23),
    inner: fc.constantFrom(1, 7),
    density: fc.nat({ max: 31 }),
  });
  fc.assert(
    fc.property(given, ({ numbers: some, seed, dropped, inner, density }) => {
      const size = Math.ceil(some.length / inner) * inner;
      const numbers = Int16Array.from({ length: size }, (_, i) => some[i] ?? 0);
      const words = Uint32Array.from(numbers, (_, i) => Math.imul(seed + i, 0x9e37_79b1) & ~(2 ** dropped - 1));
      const sizes = [...numbers].filter((one) => one !== 0).map(Math.abs);
      const least = sizes.length === 0 ? 1 : Math.min(...sizes);
      const [slow, quick] = [new RangeEncoder(), new RangeEncoder({ before: 3 })];
      const counted = new RangeEncoder({ counted: true });
      const [learned, ...others] = [chances(PLACES), chances(PLACES), chances(PLACES)];
      let left = size;
      for (let i = 0, count = sizes.length; count > 0; i++, left--) {
        const place = (i % (size / inner)) * inner + Math.floor(i / (size / inner));
        const one = numbers[place]!;
        if (count < left) slow.among(count, left, one === 0 ? 0 : 1);
        if (one === 0) continue;
        count--;
        slow.bit(learned, SIGNS + density, one < 0 ? 1 : 0);
        codeNumber(slow, learned, magnitudesAt(one < 0 ? 1 : 0, density), Math.abs(one) - least);
        slow.raw(23 - dropped, (words[place]! % 2 ** 23) >>> dropped);
      }
      [quick, counted].forEach((coder, i) => {
        const line = { place: 0, inner, length: size, count: sizes.length, least };
        coder.floats({ numbers, words, mantissa: 23, dropped }, floatSteps(least, density), others[i]!, line);
        expect(coder.bits).toBe(slow.bits);
        expect(others[i]).toEqual(learned);
      });
      const bytes = slow.finish();
      expect(Buffer.from(quick.finish(2)).equals(Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(2)]))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('comes within 3% of the entropy of what it encodes, and of 1% in the long run', () => {
  for (const [count, most] of [
    [4000, 1.03],
    [200_000, 1.01],
  ] as const) {
    let state = 1;
    const encoder = new RangeEncoder();
    const learned = chances(1);
    let ones = 0;
    for (let i = 0; i < count; i++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const one = state < 0.05 * 2 ** 32 ? 1 : 0;
      ones += one;
      encoder.bit(learned, 0, one);
    }
    const share = ones / count;
    const entropy = -(share * Math.log2(share) + (1 - share) * Math.log2(1 - share)) * count;
    expect(encoder.finish().byteLength * 8).toBeLessThan(entropy * most);
  }
});

it('refuses a stream that ends too early', () => {
  const decoder = rangeDecoder(new Uint8Array(4), 0, 4);
  expect(() => {
    for (let i = 0; i < 20; i++) decoder.raw(31);
  }).toThrow('This packed file is damaged.');
});
