import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as format from '../../../src/webview/logic/format';

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [999_600, '1.00 MB'],
  [1_837_126, '1.84 MB'],
  [371_000, '371 kB'],
  [2_500_000_000, '2.50 GB'],
])('%d bytes are %s', (value, text) => expect(format.bytes(value)).toBe(text));

test.each([
  [320, '320'],
  [226_000, '226 K'],
  [999_800, '1 M'],
  [6_047_488, '6.05 M'],
])('%d in short is %s', (value, text) => expect(format.compact(value)).toBe(text));

test('a share never claims to be none or all unless it is', () => {
  expect(format.percent(0)).toBe('0.0%');
  expect(format.percent(1)).toBe('100.0%');
  expect(format.percent(0.9)).toBe('90.0%');
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1 - 1e-9, noNaN: true }), (share) => {
      expect(Number.parseFloat(format.percent(share).replace('<', ''))).toBeGreaterThan(0);
      expect(Number.parseFloat(format.percent(share))).not.toBe(100);
    }),
  );
});

test('differences carry their sign', () => {
  expect(format.points(-0.0031)).toBe('\u22120.3 pt');
  expect(format.points(0.2)).toBe('+20.0 pt');
  expect(format.points(-0.0001)).toBe('\u00b10.0 pt');
  expect(format.change(100, 25)).toBe('\u221275.0%');
  expect(format.change(100, 100)).toBe('unchanged');
  expect(format.change(0, 3)).toBe('new');
});

test.each([
  [0.4, '1 s'],
  [59, '59 s'],
  [65, '1:05'],
  [3723, '1:02:03'],
  [Infinity, ''],
  [-3, '0 s'],
])('%d seconds are %s', (value, text) => expect(format.duration(value)).toBe(text));

test('weights are short, and small ones in powers of ten', () => {
  expect(format.weight(0.051234)).toBe('0.0512');
  expect(format.weight(-0.2)).toBe('\u22120.2');
  expect(format.weight(0.0000123)).toBe('1.23e\u22125');
  expect(format.weight(0)).toBe('0');
});

test('shapes, plurals and reasons read as words', () => {
  expect(format.shape([28, null, 3])).toBe('28 \u00d7 ? \u00d7 3');
  expect(format.shape(null)).toBe('unknown');
  expect(format.plural(1, 'image')).toBe('1 image');
  expect(format.plural(1000, 'image')).toBe('1,000 images');
  expect(format.sentence('it has no weights')).toBe('It has no weights.');
  expect(format.sentence('Done.')).toBe('Done.');
  expect(format.rate(1240.2, 'images')).toBe('1,240 images/s');
});
