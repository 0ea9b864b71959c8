import { afterEach, expect, test } from 'vitest';
import { dateWords, useDatesOf } from '../../../../src/webview/ui/dates';

afterEach(() => useDatesOf('', 'en-US'));

const NOON = '2026-11-30T12:00:00';

test('dates are in the language of the texts, and of its regions in that of the editor', () => {
  useDatesOf('zh-cn', 'en-US');
  expect(dateWords(NOON)).toMatch(/^2026年11月30日/);
  useDatesOf('en', 'en-GB');
  expect(dateWords(NOON)).toMatch(/^30 Nov 2026/);
  useDatesOf('', 'en-US');
  expect(dateWords(NOON)).toMatch(/^Nov 30, 2026/);
  expect(dateWords('some day')).toBe('some day');
});
