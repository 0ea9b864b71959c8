import { expect, test } from 'vitest';
import { filters, passes } from '../../../../src/webview/layers/filter';
import { marked, NO_MARKS } from '../../../../src/webview/layers/marks';
import { emptyLayer, layerOf } from '../fixtures';

const SHOWN = ['a', 'b', 'c', 'd'];

test('a range goes from the last single choice, in both directions', () => {
  const one = marked(NO_MARKS, 'c', 'alone', SHOWN);
  expect([...marked(one, 'a', 'range', SHOWN).names]).toEqual(['a', 'b', 'c']);
  expect([...marked(marked(one, 'a', 'range', SHOWN), 'd', 'range', SHOWN).names]).toEqual(['c', 'd']);
});

test('a range without a start that is shown is one layer', () => {
  expect([...marked(NO_MARKS, 'b', 'range', SHOWN).names]).toEqual(['b']);
  expect([...marked({ names: new Set(['x']), anchor: 'x' }, 'b', 'range', SHOWN).names]).toEqual(['b']);
});

test('single layers join and leave', () => {
  const two = marked(marked(NO_MARKS, 'a', 'toggle', SHOWN), 'c', 'toggle', SHOWN);
  expect([...two.names]).toEqual(['a', 'c']);
  expect([...marked(two, 'a', 'toggle', SHOWN).names]).toEqual(['c']);
});

test('all words of a filter are in the name or the type, in any case', () => {
  const layer = layerOf('block_1_Conv', [1]);
  expect(passes(layer, { text: ' CONV block ', prunableOnly: true })).toBe(true);
  expect(passes(layer, { text: layer.type.toUpperCase(), prunableOnly: false })).toBe(true);
  expect(passes(layer, { text: 'conv nothing', prunableOnly: false })).toBe(false);
  expect(passes(emptyLayer('flatten'), { text: '', prunableOnly: true })).toBe(false);
  expect(filters({ text: '  ', prunableOnly: false })).toBe(false);
});
