import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LruCache } from '../../src/sessions/lru-cache';

test('keeps both bounds, the newest entry, and disposes each entry once', () => {
  const uses = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd', 'e'), fc.integer({ min: 1, max: 60 })));
  fc.assert(
    fc.property(uses, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 100 }), (list, entries, bytes) => {
      let alive = 0;
      const cache = new LruCache(entries, bytes);
      for (const [key, size] of list) {
        if (cache.get(key)) continue;
        alive++;
        cache.set(key, { bytes: size, dispose: () => alive-- });
        expect(cache.get(key)?.bytes).toBe(size);
        expect(cache.size).toBeLessThanOrEqual(entries);
        expect(cache.bytes <= bytes || cache.size === 1).toBe(true);
        expect(alive).toBe(cache.size);
      }
      cache.clear();
      expect([alive, cache.size, cache.bytes]).toEqual([0, 0, 0]);
    }),
  );
});

test('the newest few stay, however large they are', () => {
  const cache = new LruCache(4, 100, 2);
  const large = { bytes: 90, dispose: () => undefined };
  for (const key of ['a', 'b', 'c']) cache.set(key, large);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([undefined, large, large]);
  const single = new LruCache(1, 100, 2);
  for (const key of ['a', 'b']) single.set(key, large);
  expect(single.size).toBe(1);
});

test('what was used last stays', () => {
  const cache = new LruCache(2, 100);
  const entry = { bytes: 1, dispose: () => undefined };
  cache.set('a', entry);
  cache.set('b', entry);
  cache.get('a');
  cache.set('c', entry);
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([entry, undefined, entry]);
});
