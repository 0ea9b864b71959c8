import { afterEach, expect, test } from 'vitest';
import { duration, plural } from '../../../src/protocol/format';
import { sentences, t, tPlural, translated, useTexts } from '../../../src/protocol/l10n';

afterEach(() => useTexts(undefined));

test('without translations a text is the English one, with its arguments in place', () => {
  expect(t('{0} of {1}', 1, 'two')).toBe('1 of two');
  expect(tPlural(1, '{0} layer', '{0} layers', 1)).toBe('1 layer');
  expect(translated('"a" is gone: look again.')).toBe('"a" is gone: look again.');
});

test('a translation orders its arguments as its language does', () => {
  useTexts({ '{0} of {1}': '{1} 的 {0}' });
  expect(t('{0} of {1}', 'a', 'b')).toBe('b 的 a');
});

test('a language with one form translates a count once', () => {
  useTexts({ '{0} layers': '{0} 层' });
  expect([plural(1, 'layer'), plural(2, 'layer'), plural(1, 'seed')]).toEqual(['1 层', '2 层', '1 seed']);
});

test('a language with two forms has both', () => {
  useTexts({ '{0} layer': '{0} Schicht', '{0} layers': '{0} Schichten' });
  expect([plural(1, 'layer'), plural(2, 'layer')]).toEqual(['1 Schicht', '2 Schichten']);
});

test('times follow', () => {
  useTexts({ '{0} min {1} s': '{0} 分 {1} 秒' });
  expect(duration(200)).toBe('3 分 20 秒');
});

test('an argument that looks like a place stays as it is', () => {
  useTexts({ '{0} and {1}': '{1}、{0}', '"{0}" is {1}./engine': '“{0}”是{1}。' });
  expect(t('{0} and {1}', '{1}', '$&')).toBe('$&、{1}');
  expect(translated('"{1}" is $1.')).toBe('“{1}”是$1。');
});

test('a sentence of the engine is recognized by its words; names in it stay, and phrases that are marked follow', () => {
  useTexts({
    'training/engine': '正在训练',
    '{0}, epoch {1} of {2}/engine': '{0!}，第 {1} 轮，共 {2} 轮',
    'The model has no layer "{0}"./engine': '模型没有层“{0}”。',
  });
  expect(translated('training, epoch 2 of 9')).toBe('正在训练，第 2 轮，共 9 轮');
  // A layer may have the name of a stage.
  expect(translated('The model has no layer "training".')).toBe('模型没有层“training”。');
  expect(translated('The model has no layer "a".\nB')).toBe('The model has no layer "a".\nB');
});

test('a sentence is recognized where an argument of it is empty', () => {
  useTexts({ 'The score {0} fits no layer{1}: choose another./engine': '评分 {0} 不适合任何层{1!}：请另选。' });
  expect(translated('The score taylor fits no layer: choose another.')).toBe('评分 taylor 不适合任何层：请另选。');
});

test('a name in quotes ends at the next quote, so that two reasons in a row are both recognized', () => {
  useTexts({ '"{0}" is gone/engine': '“{0}”不见了', '{0}, and {1}/engine': '{0!}，而且{1!}' });
  expect(translated('"a" is gone, and "b" is gone')).toBe('“a”不见了，而且“b”不见了');
});

test('a count with its noun is recognized in a sentence', () => {
  useTexts({ '{0} layers': '{0} 层', '{0} are gone./engine': '{0!}不见了。' });
  expect([translated('1,200 layers'), translated('1 layer')]).toEqual(['1,200 层', '1 层']);
  expect(translated('3 layers are gone.')).toBe('3 层不见了。');
  expect(translated('3 lakes')).toBe('3 lakes');
});

test('sentences follow each other as the language writes them', () => {
  expect(sentences('A.', '', 'B.')).toBe('A. B.');
  useTexts({ ' ': '' });
  expect(sentences('甲。', '乙。')).toBe('甲。乙。');
});

test('the sentence that says the most is recognized first', () => {
  useTexts({ '{0}: {1}./engine': '{0}：{1}。', '"{0}" is not JSON: {1}./engine': '“{0}”不是 JSON：{1}。' });
  expect(translated('"a.json" is not JSON: cut off.')).toBe('“a.json”不是 JSON：cut off。');
});
