import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as format from '../../../src/protocol/format';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [999_600, '1.00 MB'],
  [1_837_126, '1.84 MB'],
  [371_000, '371 kB'],
  [2_500_000_000, '2.50 GB'],
  [5_000_000_000_000, '5,000 GB'],
])('%d bytes are %s', (value, text) => expect(format.bytes(value)).toBe(text));

test.each([
  [320, '320'],
  [226_000, '226 K'],
  [999_800, '1 M'],
  [6_047_488, '6.05 M'],
])('%d in short is %s', (value, text) => expect(format.compact(value)).toBe(text));

test('a share shows as none or all only if it is', () => {
  expect(format.percent(0)).toBe('0.00%');
  expect(format.percent(1)).toBe('100.00%');
  expect(format.percent(0.9171)).toBe('91.71%');
  expect(format.percent(0.9, 1)).toBe('90.0%');
  expect(format.percent(0.9999, 0)).toBe('99.9%');
  expect(format.percent(1e-9)).toBe('<0.001%');
  fc.assert(
    fc.property(
      fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }),
      fc.integer({ min: 0, max: 3 }),
      (share, digits) => {
        const text = format.percent(share, digits);
        expect(Number.parseFloat(text.replace('<', ''))).toBeGreaterThan(0);
        expect(Number.parseFloat(text.replace('<', ''))).toBeLessThan(100);
      },
    ),
  );
});

test('differences carry their sign', () => {
  expect(format.points(-0.0031)).toBe('\u22120.3 pt');
  expect(format.points(0.2)).toBe('+20.0 pt');
  expect(format.points(-0.0001)).toBe('\u00b10.0 pt');
  expect(format.change(100, 25)).toBe('\u221275.0%');
  expect(format.change(100, 100)).toBe('unchanged');
  expect(format.change(1_000_000, 1_000_001)).toBe('almost unchanged');
  expect(format.change(1_000_000, 999_999)).toBe('almost unchanged');
  expect(format.change(0, 3)).toBe('new');
});

test.each([
  [0.4, '0.4 s'],
  [9.96, '10 s'],
  [59.4, '59 s'],
  [65, '1 min 5 s'],
  [3723, '1 h 2 min'],
])('%d elapsed seconds are %s', (value, text) => expect(format.duration(value)).toBe(text));

test.each([
  [0.4, '1 s'],
  [60, '1 min 0 s'],
  [125, '2 min 5 s'],
  [3900, '1 h 5 min'],
  [Infinity, ''],
  [Number.NaN, ''],
  [-3, '0 s'],
])('%d seconds left are %j', (value, text) => expect(format.timeLeft(value)).toBe(text));

test('progress leaves out unknown parts', () => {
  const progress = { done: 4000, total: 10_000, unit: 'images', rate: 2500.4, secondsLeft: 2.4 };
  expect(format.progressParts(progress)).toEqual(['4,000 of 10,000 images', '2,500 images/s', '3 s left']);
  expect(format.progressParts({ ...progress, rate: 0 })).toEqual(['4,000 of 10,000 images']);
  expect(format.progressParts({ ...progress, rate: 0 }, 60)).toEqual(['4,000 of 10,000 images', '1 min 0 s left']);
  expect(format.progressParts({ ...progress, total: 0, secondsLeft: Number.NaN })).toEqual(['2,500 images/s']);
});

test('weights are short, and small ones in powers of ten', () => {
  expect(format.weight(0.051234)).toBe('0.0512');
  expect(format.weight(-0.2)).toBe('\u22120.2');
  expect(format.weight(0.0000123)).toBe('1.23e\u22125');
  expect(format.weight(2.5e9)).toBe('2.50e9');
  expect(format.weight(0)).toBe('0');
});

test('shapes, plurals and rates read as words', () => {
  expect(format.shape([28, null, 3])).toBe('28x?x3');
  expect(format.shape(null)).toBe('?');
  expect(format.sampleShape([null, 28, 28, 3])).toBe('28x28x3');
  expect(format.sampleShape([null])).toBe('1');
  expect(format.plural(1, 'image')).toBe('1 image');
  expect(format.plural(1000, 'image')).toBe('1,000 images');
  expect(format.rate(1240.2, 'images')).toBe('1,240 images/s');
});
