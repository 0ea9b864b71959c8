import { expect, test } from 'vitest';
import { visible, visibleLines } from '../../../src/protocol/visible';

test.for([
  ['\u001b[31mred\u001b[0m', '\\u001b[31mred\\u001b[0m'],
  ['\u009b2J', '\\u009b2J'],
  ['a\nb\rc\td\u007f\u0000', 'a\\nb\\rc\\td\\u007f\\u0000'],
  ['safe\u202egpj.exe\u2066', 'safe\\u202egpj.exe\\u2066'],
  ['a\u2028b\u2029c\ufeff', 'a\\u2028b\\u2029c\\ufeff'],
  ['half \ud800 of a pair', 'half \\ud800 of a pair'],
  ['tag \u{e0041}', 'tag \\udb40\\udc41'],
  ['größe/层_1 🙂 C:\\new', 'größe/层_1 🙂 C:\\new'],
] as const)('%j is shown as %j', ([text, shown]) => {
  expect(visible(text)).toBe(shown);
});

test('a text of several lines keeps only its line feeds', () => {
  expect(visibleLines('one\n\u001b[2Jtwo\r\nthree')).toBe('one\n\\u001b[2Jtwo\\r\nthree');
});

test('JSON stays JSON with the same value', () => {
  const value = { name: 'x\u009b\u202e\u001b\n\u{e0041}\ud800', path: 'C:\\a\\u0041' };
  const text = visibleLines(JSON.stringify(value, null, 2));
  expect(text).not.toMatch(/[\u007f-\u009f\u202e]/);
  expect(JSON.parse(text)).toEqual(value);
});
