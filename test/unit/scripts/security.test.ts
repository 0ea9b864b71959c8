import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test.each(['SECURITY.md', 'CONTRIBUTING.md'])('every file that %s names is there', (page) => {
  const named = [...readFileSync(page, 'utf8').matchAll(/`((?:src|test)\/[^`\s]+)`/g)].map(([, file]) => file ?? '');
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((file) => !existsSync(file))).toEqual([]);
});
