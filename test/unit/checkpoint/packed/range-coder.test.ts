import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { codeNumber, magnitudesAt } from '../../../../src/engine/checkpoint/packed/code-number';
import { floatSteps } from '../../../../src/engine/checkpoint/packed/float-steps';
import { learned } from '../../../../src/engine/checkpoint/packed/learned';
import { OutgrownError, RangeEncoder } from '../../../../src/engine/checkpoint/packed/range-encoder';
import { RangeReader } from '../../../../src/engine/checkpoint/packed/range-reader';
import { chances, learn, type Chances } from '../../../../src/loader/chances';
import { FLOAT, PLACES, SIGNS } from '../../../../src/loader/layout';
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

it('learns by products as the loader does by quotients', () => {
  const state = fc.record({ chance: fc.nat({ max: 2 ** 22 - 1 }), seen: fc.nat({ max: 255 }) });
  fc.assert(
    fc.property(state, bit, ({ chance, seen }, decided) => {
      const all = Uint32Array.of(chance * 1024 + seen);
      const own = Uint32Array.of(learned(all[0]!, decided));
      learn(all, 0, decided);
      expect(own).toEqual(all);
    }),
    { numRuns: 20_000 },
  );
  // Whole quotients, of which a product that is a little too small would lose one.
  for (let seen = 0; seen < 256; seen++)
    for (const times of [1, 2, 3, 1001, 7919]) {
      const chance = (2 * seen + 3) * times;
      if (chance >= 2 ** 22) continue;
      const all = Uint32Array.of(chance * 1024 + seen);
      const own = Uint32Array.of(learned(all[0]!, 0));
      learn(all, 0, 0);
      expect(own).toEqual(all);
    }
});

/** Lines of floats: signs and exponents, of which some are far apart, with mantissas of any bits. */
const floatLine = fc.record({
  signs: fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 120, max: 126 }), fc.integer({ min: -255, max: 255 })), {
    minLength: 1,
    maxLength: 3000,
    size: 'max',
  }),
  seed: fc.nat(),
  dropped: fc.constantFrom(0, 3, 11, 23),
  inner: fc.constantFrom(1, 7),
  density: fc.nat({ max: 31 }),
});

interface FloatLine {
  readonly signs: readonly number[];
  readonly seed: number;
  readonly dropped: number;
  readonly inner: number;
}

function wordsOf({ signs, seed, dropped, inner }: FloatLine): Uint32Array {
  const size = Math.ceil(signs.length / inner) * inner;
  return Uint32Array.from({ length: size }, (_, i) => {
    const one = signs[i] ?? 0;
    const mantissa = (Math.imul(seed + i, 0x9e37_79b1) >>> 9) & ~(2 ** dropped - 1);
    return one === 0 ? 0 : (one < 0 ? 2 ** 31 : 0) + Math.abs(one) * 2 ** 23 + mantissa;
  });
}

/** Encodes floats one by one. @returns the number of those that are not 0, and 1 + the largest exponent */
function encodeSlowly(slow: RangeEncoder, all: Chances, words: Uint32Array, line: FloatLine & { density: number }) {
  const { inner, dropped, density } = line;
  const size = words.length;
  const exponentOf = (word: number): number => (word >>> 23) & 255;
  const largest = 1 + Math.max(...words.map(exponentOf));
  const count = words.filter((word) => word !== 0).length;
  let rest = count;
  for (let i = 0, left = size; rest > 0; i++, left--) {
    const word = words[(i % (size / inner)) * inner + Math.floor(i / (size / inner))]!;
    if (rest < left) slow.among(rest, left, word === 0 ? 0 : 1);
    if (word === 0) continue;
    rest--;
    const negative = word >>> 31;
    slow.bit(all, SIGNS + density, negative);
    codeNumber(slow, all, magnitudesAt(negative, density), largest - exponentOf(word) - 1);
    slow.raw(23 - dropped, (word % 2 ** 23) >>> dropped);
  }
  return { count, largest };
}

it('encodes floats in a loop as one by one, whatever the places, and counts as many bits without keeping bytes', () => {
  fc.assert(
    fc.property(floatLine, (line) => {
      const { inner, dropped, density } = line;
      const words = wordsOf(line);
      const [slow, quick] = [new RangeEncoder(), new RangeEncoder({ before: 3 })];
      const counted = new RangeEncoder({ counted: true });
      const [all, ...others] = [chances(PLACES), chances(PLACES), chances(PLACES)];
      const { count, largest } = encodeSlowly(slow, all, words, line);
      [quick, counted].forEach((coder, i) => {
        const values = { kind: FLOAT, words, mantissa: 23, dropped, largest } as const;
        coder.floats(values, floatSteps(values, density), others[i]!, { place: 0, inner, length: words.length, count });
        expect(coder.bits).toBe(slow.bits);
        expect(others[i]).toEqual(all);
      });
      const bytes = slow.finish();
      expect(Buffer.from(quick.finish(2)).equals(Buffer.concat([Buffer.alloc(3), bytes, Buffer.alloc(2)]))).toBe(true);
    }),
    { numRuns: 150 },
  );
});

it('reads floats in a loop while their bytes arrive, and no byte that is not there', () => {
  fc.assert(
    fc.property(floatLine, fc.integer({ min: 1, max: 200 }), (line, arriving) => {
      const { inner, dropped, density } = line;
      const words = wordsOf(line);
      const encoder = new RangeEncoder();
      const all = chances(PLACES);
      const { count, largest } = encodeSlowly(encoder, all, words, line);
      encoder.raw(31, 12_345);
      const whole = encoder.finish(2).fill(255, -2);
      const bytes = new Uint8Array(whole.byteLength).fill(170);
      let there = 0;
      const moreThan = (known: number) => {
        there = Math.min(whole.byteLength, known + arriving);
        bytes.set(whole.subarray(0, there));
        return { count: there, ended: there === whole.byteLength };
      };
      const reader = new RangeReader({ bytes, moreThan }, 0, 2);
      const again = new Uint32Array(words.length);
      const learned = chances(PLACES);
      const magnitudes = [magnitudesAt(0, density), magnitudesAt(1, density)] as const;
      reader.floats(
        learned,
        { signs: SIGNS + density, magnitudes, mantissa: 23, dropped, largest },
        { words: again, place: 0, inner, length: words.length, count },
      );
      expect(again).toEqual(words);
      expect(learned).toEqual(all);
      expect(reader.raw(31)).toBe(12_345);
    }),
    { numRuns: 150 },
  );
});

it('says which bytes are final while it encodes, and refuses more than its memory has', () => {
  const room = new Uint8Array(3 * 1024 * 1024);
  const told: { final: number; hash: string }[] = [];
  const hashOf = (final: number) => createHash('sha256').update(room.subarray(5, final)).digest('hex');
  const tell = (final: number): void => void told.push({ final, hash: hashOf(final) });
  const encoder = new RangeEncoder({ before: 5, shared: { bytes: room, tell } });
  const all = chances(1);
  // Decisions that hardly ever surprise give long runs of 0 and of 255.
  for (let i = 0; i < 200_000; i++) {
    encoder.raw(31, i % 3 === 0 ? 2 ** 31 - 1 : 0);
    encoder.raw(31, i % 3 === 1 ? 2 ** 31 - 1 : 0);
    encoder.bit(all, 0, 1);
  }
  const { byteLength } = encoder.finish();
  expect(told).toHaveLength(1);
  for (const { final, hash } of told) {
    expect(final).toBeLessThanOrEqual(byteLength);
    expect(final).toBeGreaterThan(1024 * 1024 - 100);
    expect(hashOf(final)).toBe(hash);
  }
  const small = new RangeEncoder({ shared: { bytes: new Uint8Array(200), tell } });
  expect(() => {
    for (let i = 0; i < 100; i++) small.raw(31, i);
  }).toThrow(OutgrownError);
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

it('refuses a stream that ends too early, while it arrives too', () => {
  const reader = new RangeReader({ bytes: new Uint8Array(4), moreThan: () => ({ count: 4, ended: true }) }, 0, 0);
  expect(() => {
    for (let i = 0; i < 40; i++) reader.raw(31);
  }).toThrow('This packed file is damaged.');
  const decoder = rangeDecoder(new Uint8Array(4), 0, 4);
  expect(() => {
    for (let i = 0; i < 20; i++) decoder.raw(31);
  }).toThrow('This packed file is damaged.');
});
