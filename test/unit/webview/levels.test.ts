import { expect, test } from 'vitest';
import { levelsPath } from '../../../src/webview/histogram/levels-path';
import { levelsWords, rowsWords } from '../../../src/webview/histogram/levels-words';

const AXIS = { from: -1, to: 1, width: 200 };
const found = {
  state: 'changed' as const,
  rows: [{ tensor: 'kernel', channel: null, levels: [-1, 0, 1] }],
  ...{ scales: 1, values: 16, error: 0.0317, bits: 4, idealBits: 3.14, judged: 100, weights: 100 },
  compensates: false,
};

test('one scale has lines over the whole height, several a row each', () => {
  expect(levelsPath([{ levels: [-0.5, 0.5] }], AXIS, 220)).toBe('M50.5 0.0v220.0M150.5 0.0v220.0');
  const rows = levelsPath([{ levels: [0] }, { levels: [0] }], AXIS, 220);
  expect(rows).toBe('M100.5 0.0v108.0M100.5 110.0v108.0');
});

test('levels outside the axis are left out, and those on one pixel are one line', () => {
  expect(levelsPath([{ levels: [-1.1, 0, 0.001, 2] }], AXIS, 10)).toBe('M100.5 0.0v10.0');
});

test('the line says values, error and bits, and how they were found', () => {
  expect(levelsWords(found)).toBe(
    "16 values \u00b7 rounding error 3.2% of the weights' size \u00b7 4.0 bits per weight, ideally 3.1.",
  );
  expect(levelsWords({ ...found, values: null, weights: 5000, compensates: true })).toBe(
    "rounding error 3.2% of the weights' size \u00b7 4.0 bits per weight, ideally 3.1. Judged by 100 of 5,000 weights. This is rounding to the nearest; with data the run compensates errors.",
  );
  expect(rowsWords(found)).toBe('The lines are these values.');
  expect(rowsWords({ ...found, rows: [] })).toBeUndefined();
  const channels = [0, 3].map((channel) => ({ tensor: 'kernel', channel, levels: [0, 1] }));
  expect(rowsWords({ ...found, rows: channels, scales: 64 })).toBe(
    'Each row of lines has the values of an output channel (2 of 64), the widest first.',
  );
});
