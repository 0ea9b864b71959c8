import { expect, test } from 'vitest';
import { lazily } from '../../../src/extension/lazily';

test('is made on first use, once', async () => {
  let made = 0;
  const lazy = lazily(() => Promise.resolve(++made));
  expect(lazy.begun).toBe(false);
  expect(await Promise.all([lazy.get(), lazy.get()])).toEqual([1, 1]);
  expect(lazy.begun).toBe(true);
});

test('all callers get a failure, and the next caller tries again', async () => {
  let tries = 0;
  const lazy = lazily(() => (++tries === 1 ? Promise.reject(new Error('no disk')) : Promise.resolve('made')));
  const first = await Promise.allSettled([lazy.get(), lazy.get()]);
  expect(first.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(lazy.begun).toBe(false);
  expect(await lazy.get()).toBe('made');
});
