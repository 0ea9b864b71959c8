import { readFileSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { cacheBytesOfCore } from '../../src/parallel/cache';

vi.mock('node:fs', { spy: true });
afterEach(() => {
  vi.mocked(readFileSync).mockReset();
});

test.each([
  ['2048K\n', 2 ** 21],
  ['512K', 2 ** 19],
  ['unheard of', 2 ** 20],
  ['', 2 ** 20],
])('a system that reports %j has %d bytes of second-level cache for a core', (reported, bytes) => {
  vi.mocked(readFileSync).mockReturnValue(reported);
  expect(cacheBytesOfCore()).toBe(bytes);
});

test('without a report the cache has a megabyte', () => {
  vi.mocked(readFileSync).mockImplementation(() => {
    throw new Error('ENOENT');
  });
  expect(cacheBytesOfCore()).toBe(2 ** 20);
});
