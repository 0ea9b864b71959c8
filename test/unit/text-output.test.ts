import { expect, test } from 'vitest';
import { table } from '../../src/engine/cli/table';
import { csvText } from '../../src/protocol/csv';
import { markdownTable, markdownText } from '../../src/protocol/markdown';

test.for([
  ['=HYPERLINK("http://x";"y")', `"'=HYPERLINK(""http://x"";""y"")"`],
  ['+1', "'+1"],
  ['-2+3', "'-2+3"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['  =1', "'  =1"],
  ['\uff1d1', "'\uff1d1"],
  ['\t=1', '\\t=1'],
  ['\r=1', '\\r=1'],
  ['a,b', '"a,b"'],
  ['say "x"', '"say ""x"""'],
  ['two\nlines', 'two\\nlines'],
  ['\u001b[31m', '\\u001b[31m'],
  ['conv1', 'conv1'],
] as const)('the text %j is the field %j', ([text, field]) => {
  expect(csvText([[text, 'next']])).toBe(`${field},next\n`);
});

test('numbers stay numbers, negative ones too', () => {
  expect(csvText([[-0.5, 1e-7, 3]])).toBe('-0.5,1e-7,3\n');
});

test('Markdown takes nothing in a name for markup, a link, HTML or another cell', () => {
  expect(markdownText('a|b `c` <img src=x> [l](command:x) *s* $m$ _i_ conv2d_1 \\')).toBe(
    'a\\|b \\`c\\` \\<img src=x\\> \\[l\\](command:x) \\*s\\* \\$m\\$ \\_i\\_ conv2d_1 \\\\',
  );
  expect(markdownTable(['layer'], [['x\n| forged | row |']])).toEqual([
    '| layer |',
    '|---|',
    '| x\\\\n\\| forged \\| row \\| |',
  ]);
});

test('a table on the terminal has one line for each row, and no control character', () => {
  const text = table(
    [{ heading: 'layer' }, { heading: 'n', right: true }],
    [
      ['x\nforged  1', '2'],
      ['\u001b]0;title\u0007', '3'],
    ],
  );
  expect(text.split('\n')).toHaveLength(3);
  expect(text).not.toMatch(/[^\n\P{Cc}]/u);
});
