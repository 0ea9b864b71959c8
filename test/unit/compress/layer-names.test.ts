import { expect, test } from 'vitest';
import { amountsByLayer, layersNamed, protectedLayers } from '../../../src/engine/compress/layer-names';
import { PruneStep } from '../../../src/protocol/steps/prune';

const names = ['conv1', 'conv2', 'block/conv1', 'a.b', 'a+b', 'two\nlines', 'x*y'];
const named = (all: readonly string[]) => all.map((name) => ({ name, path: [name] }));
const protectedBy = (...patterns: string[]) => Object.fromEntries(protectedLayers(named(names), patterns));

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
  expect(() => protectedLayers(named(many), ['other*'])).toThrow(/"layer19" and 80 more\.$/);
});

test('patterns of many stars take a time that grows with the name, not with its power', { timeout: 20_000 }, () => {
  const long = ['a'.repeat(200_000)];
  expect(() => protectedLayers(named(long), [`${'*a'.repeat(400)}*b`])).toThrow('names no layer');
  expect(protectedLayers(named(long), ['*a*a*a*a']).size).toBe(1);
});

test('number and length of patterns are bounded', () => {
  const step = (protect: string[]) =>
    PruneStep.safeParse({ step: 'prune', amount: { sparsity: 0.5 }, protect }).success;
  expect(step(['conv*'])).toBe(true);
  expect(step(['a'.repeat(1001)])).toBe(false);
  expect(step(Array.from({ length: 1001 }, () => 'a'))).toBe(false);
});

const nested = [
  { name: 'image', path: ['image'] },
  { name: 'base/conv1', path: ['base', 'conv1'] },
  { name: 'other/conv1', path: ['other', 'conv1'] },
  { name: 'conv2', path: ['base', 'conv2'] },
];
const named2 = (given: string) => layersNamed(nested, given).map((i) => nested[i]!.name);

test('a layer within a model is meant by its own name, by its path, and by patterns of both', () => {
  expect(named2('base/conv2')).toEqual(['conv2']);
  expect(named2('conv2')).toEqual(['conv2']);
  expect(named2('base/*')).toEqual(['base/conv1', 'conv2']);
  expect(named2('base/conv1')).toEqual(['base/conv1']);
  expect(named2('conv1')).toEqual(['base/conv1', 'other/conv1']);
  expect(named2('conv*')).toEqual(['base/conv1', 'other/conv1', 'conv2']);
});

test('amounts reach layers within models; a layer that is named itself has its own', () => {
  const why = (i: number) => (i === 0 ? 'The layer "image" has nothing to prune: leave it out.' : undefined);
  const amounts = (given: Record<string, number>) =>
    Object.fromEntries(
      [...amountsByLayer(nested, given, { possible: () => nested, why })].map(([i, amount]) => [
        nested[i]!.name,
        amount,
      ]),
    );
  expect(amounts({ '*': 1, 'base/*': 2, conv2: 3 })).toEqual({ 'base/conv1': 1, 'other/conv1': 1, conv2: 3 });
  expect(() => amounts({ image: 1 })).toThrow('The layer "image" has nothing to prune');
  expect(() => amounts({ 'base/conv3': 1 })).toThrow(
    /^The model has no layer "base\/conv3": the nearest is "base\/conv1"; layers that can be chosen are "image", /,
  );
  expect(() => protectedLayers(nested, ['bas/*'])).toThrow(/names no layer of the model: .*its layers are "image"/);
});

test('what is the name of a layer means it alone, though it could be read as a pattern', () => {
  const starred = ['a*', 'ab', 'a', '*'].map((name) => ({ name, path: [name] }));
  const amounts = (given: Record<string, number>) =>
    Object.fromEntries(
      [...amountsByLayer(starred, given, { possible: () => starred, why: () => undefined })].map(([i, amount]) => [
        starred[i]!.name,
        amount,
      ]),
    );
  expect(amounts({ 'a*': 1 })).toEqual({ 'a*': 1 });
  expect(amounts({ '*': 1 })).toEqual({ '*': 1 });
  expect(amounts({ '**': 1, 'a*': 2 })).toEqual({ 'a*': 2, ab: 1, a: 1, '*': 1 });
  expect(Object.keys(Object.fromEntries(protectedLayers(starred, ['a*'])))).toEqual(['a*']);
});

test('the name of a layer goes before the path of another', () => {
  const both = [
    { name: 'conv_1', path: ['base', 'conv'] },
    { name: 'base/conv', path: ['base/conv'] },
  ];
  expect(layersNamed(both, 'base/conv')).toEqual([1]);
});

test('so many patterns for so many layers that comparing them would take long are refused; names are not', () => {
  const many = named(Array.from({ length: 9000 }, (_, i) => `dense${i}`));
  const patterns = Array.from({ length: 1000 }, (_, i) => `*e${i}*`);
  const sentence = (where: string) =>
    new RegExp(
      `^"${where}" has 1,000 patterns with \\*, too many for a model of 9,000 layers: give fewer, or name .*\\.$`,
    );
  expect(() => protectedLayers(many, patterns)).toThrow(sentence('protect'));
  const choices = { possible: () => many, why: () => undefined };
  expect(() => amountsByLayer(many, Object.fromEntries(patterns.map((one) => [one, 1])), choices)).toThrow(
    sentence('layers'),
  );
  expect(protectedLayers(many, patterns.slice(0, 100)).size).toBeGreaterThan(100);
  expect(protectedLayers(many, patterns.map((_, i) => `dense${i}`)).size).toBe(1000); // prettier-ignore
});
