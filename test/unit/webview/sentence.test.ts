import { expect, test } from 'vitest';
import { sentence } from '../../../src/webview/ui/sentence';

test('a reason becomes a sentence', () => {
  expect(sentence('it has no weights')).toBe('It has no weights.');
  expect(sentence('Done.')).toBe('Done.');
  expect(sentence('')).toBe('');
});
