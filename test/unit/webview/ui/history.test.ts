import { expect, it } from 'vitest';
import { changed, newHistory, redone, undone } from '../../../../src/webview/ui/history';

it('typing in a field is one change, and each change can be undone and made again', () => {
  const start = newHistory({});
  let now = changed(start, { splitSeed: 1 }, 'splitSeed', 0);
  now = changed(now, { splitSeed: 12 }, 'splitSeed', 500);
  now = changed(now, { splitSeed: 12, task: 'regression' }, 'task', 600);
  now = changed(now, { splitSeed: 12 }, 'task', 5000);
  expect(undone(now).now).toEqual({ splitSeed: 12, task: 'regression' });
  const first = undone(undone(undone(now)));
  expect(first.now).toEqual({});
  expect(undone(first)).toEqual(first);
  expect(redone(first).now).toEqual({ splitSeed: 12 });
  expect(redone(redone(redone(redone(first)))).now).toEqual({ splitSeed: 12 });
  expect(changed(first, { splitSeed: 2 }, 'splitSeed', 5001).future).toEqual([]);
});
