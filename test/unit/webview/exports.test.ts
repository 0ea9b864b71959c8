import { expect, test } from 'vitest';
import { asCsv, asMarkdown, cellOf, fileName } from '../../../src/webview/exports/rows';

test('a cell is a number only where it is nothing else', () => {
  expect(['12', ' \u22120.5 ', '1e-3', '458,570', '90.0%', ' two\n words '].map(cellOf)).toEqual([12, -0.5, 0.001, '458,570', '90.0%', 'two words']); // prettier-ignore
});

test('formulas and markup in names are defused', () => {
  expect(asCsv([['name'], ['=1+1'], [-1]])).toBe("name\n'=1+1\n-1\n");
  expect(asMarkdown([['name'], ['a|b']])).toBe('| name |\n|---|\n| a\\|b |\n');
});

test('the name of a file has words and dashes alone', () => {
  expect(fileName('Weights of a/../b: <x>')).toBe('weights-of-a-b-x');
  expect(fileName('///')).toBe('figure');
});
