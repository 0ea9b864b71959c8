import { expect, test } from 'vitest';
import { bytes, count, duration, percent } from '../../../../src/extension/ui/format';

test.each([
  [0, '0%'],
  [1, '100%'],
  [0.9171, '91.71%'],
  [0.9, '90%'],
  [0.999999, '99.99%'],
  [0.000001, '0.01%'],
])('the share %d is %s', (share, text) => expect(percent(share)).toBe(text));

test('with fewer digits it still is not all or nothing', () => {
  expect(percent(0.9999, 0)).toBe('99%');
  expect(percent(0.346, 0)).toBe('35%');
});

test.each([
  [0, '0 s'],
  [7.2, '8 s'],
  [60, '1 min'],
  [125, '2 min 5 s'],
  [3600, '1 h'],
  [3900, '1 h 5 min'],
  [Number.POSITIVE_INFINITY, ''],
  [Number.NaN, ''],
  [-1, ''],
])('%d seconds are %j', (seconds, text) => expect(duration(seconds)).toBe(text));

test.each([
  [999, '999 bytes'],
  [1000, '1.00 kB'],
  [1_834_280, '1.83 MB'],
  [250_000, '250.0 kB'],
  [5_000_000_000_000, '5000.0 GB'],
])('%d bytes are %s', (value, text) => expect(bytes(value)).toBe(text));

test('counts have separators', () => expect(count(458_570)).toBe('458,570'));
