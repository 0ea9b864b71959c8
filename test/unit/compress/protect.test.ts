import { expect, test } from 'vitest';
import { protectedLayers } from '../../../src/engine/compress/prune/protect';
import { PruneStep } from '../../../src/protocol/steps/prune';

const names = ['conv1', 'conv2', 'block/conv1', 'a.b', 'a+b', 'two\nlines', 'x*y'];
const protectedBy = (...patterns: string[]) => Object.fromEntries(protectedLayers(names, patterns));

test('* stands for any characters, and nothing else for more than itself', () => {
  expect(protectedBy('conv*')).toEqual({ conv1: 'conv*', conv2: 'conv*' });
  expect(protectedBy('*conv1')).toEqual({ conv1: '*conv1', 'block/conv1': '*conv1' });
  expect(protectedBy('a.b')).toEqual({ 'a.b': 'a.b' });
});

test('the first pattern that names a layer is told', () => {
  expect(protectedBy('conv1', 'conv*')).toEqual({ conv1: 'conv1', conv2: 'conv*' });
});

test('* reaches over the ends of lines, and stands for itself too', () => {
  expect(protectedBy('two*lines')).toEqual({ 'two\nlines': 'two*lines' });
  expect(Object.keys(protectedBy('x*y'))).toEqual(['x*y']);
});

test('a pattern that fits no layer is refused, with the first of many names', () => {
  expect(() => protectedBy('a?b')).toThrow('"a?b" in "protect" names no layer of the model');
  const many = Array.from({ length: 100 }, (_, index) => `layer${index}`);
  expect(() => protectedLayers(many, ['other*'])).toThrow(/"layer19" and 80 more\.$/);
});

test('patterns of many stars take a time that grows with the name, not with its power', { timeout: 20_000 }, () => {
  const long = ['a'.repeat(200_000)];
  expect(() => protectedLayers(long, [`${'*a'.repeat(400)}*b`])).toThrow('names no layer');
  expect(protectedLayers(long, ['*a*a*a*a']).size).toBe(1);
});

test('number and length of patterns are bounded', () => {
  const step = (protect: string[]) =>
    PruneStep.safeParse({ step: 'prune', amount: { sparsity: 0.5 }, protect }).success;
  expect(step(['conv*'])).toBe(true);
  expect(step(['a'.repeat(1001)])).toBe(false);
  expect(step(Array.from({ length: 1001 }, () => 'a'))).toBe(false);
});
