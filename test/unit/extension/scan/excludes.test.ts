import { expect, test } from 'vitest';
import { excludeGlob, excludePatterns, excluder } from '../../../../src/extension/scan/excludes';

const filesExclude = { '**/.cache': true, '**/*.js': { when: '$(basename).ts' }, '**/tmp': false };
const searchExclude = { '**/bower_components': true, '**/*.{code-search,old}': true, dist: true };

test('takes the active patterns, and node_modules always', () => {
  const patterns = excludePatterns(filesExclude, searchExclude, undefined, 'nonsense');
  expect(patterns).toEqual([
    '**/node_modules',
    '**/.git',
    '**/.hg',
    '**/.svn',
    '**/.cache',
    '**/bower_components',
    '**/*.{code-search,old}',
    'dist',
  ]);
});

test('makes one glob without nested braces', () => {
  expect(excludeGlob(['**/a', '**/*.{b,c}', 'd'])).toBe('{**/a,d}');
});

test.each([
  ['node_modules/x/model.json', true],
  ['packages/a/node_modules/x/model.json', true],
  ['.cache/model.json', true],
  ['deep/.cache/model.json', true],
  ['dist/model.json', true],
  ['packages/dist/model.json', false],
  ['notes.old', true],
  ['a/notes.code-search', true],
  ['model.json', false],
  ['tmp/model.json', false],
  ['.hidden/model.json', false],
  ['my_node_modules/model.json', false],
])('%s is hidden: %s', (file, hidden) => {
  expect(excluder(excludePatterns(filesExclude, searchExclude))(file)).toBe(hidden);
});
