import { expect, test } from 'vitest';
import { Findings } from '../../../../src/extension/scan/findings';
import { eachOf } from '../../../../src/extension/scan/pool';

test('tells changes from repetitions', () => {
  const findings = new Findings();
  expect(findings.set('/a/m.json', 'checkpoint')).toBe(true);
  expect(findings.set('/a/m.json', 'checkpoint')).toBe(false);
  expect(findings.set('/a/m.json', 'recipe')).toBe(true);
  expect(findings.set('/a/m.json', 'other')).toBe(true);
  expect(findings.set('/a/m.json', 'other')).toBe(false);
});

test('forgets a file or a whole folder, but not others with the same start of their name', () => {
  const findings = new Findings();
  for (const file of ['/a/m.json', '/a/b/m.json', '/ab/m.json', '/c.json']) findings.set(file, 'checkpoint');
  expect(findings.remove('/a', '/')).toBe(true);
  expect(findings.of('checkpoint')).toEqual(['/ab/m.json', '/c.json']);
  expect(findings.remove('/c.json', '/')).toBe(true);
  expect(findings.remove('/c.json', '/')).toBe(false);
  expect(findings.retain(() => false)).toBe(true);
  expect(findings.of('checkpoint')).toEqual([]);
});

test('works on a limited number of items at a time', async () => {
  let busy = 0;
  let most = 0;
  const done: number[] = [];
  const all = await eachOf([1, 2, 3, 4, 5], 2, new AbortController().signal, async (item) => {
    most = Math.max(most, ++busy);
    await new Promise((resolve) => setImmediate(resolve));
    busy--;
    done.push(item);
  });
  expect([all, most, done.sort()]).toEqual([true, 2, [1, 2, 3, 4, 5]]);
});

test('stops when aborted, and returns false', async () => {
  const abort = new AbortController();
  const done: number[] = [];
  const all = await eachOf([1, 2, 3, 4], 1, abort.signal, (item) => {
    done.push(item);
    if (item === 2) abort.abort();
    return Promise.resolve();
  });
  expect([all, done]).toEqual([false, [1, 2]]);
});
