import { describe, expect, test } from 'vitest';
import { BufferPool } from '../../src/buffers/pool';

const array = (length: number): Float32Array<ArrayBuffer> => new Float32Array(length);

describe('arrays that wait for reuse', () => {
  test('are taken again by type and length', () => {
    const pool = new BufferPool(1000, 8);
    const [given, other] = [array(10), new Int32Array(10)];
    pool.give('float32', given);
    pool.give('int32', other);
    expect(pool.take('float32', 9)).not.toBe(given);
    expect(pool.take('int32', 10)).toBe(other);
    expect(pool.take('float32', 10)).toBe(given);
    expect(pool.take('float32', 10)).not.toBe(given);
    expect(pool.freeBytes).toBe(0);
  });

  test('are evicted if the pool is full, the least recently used size first', () => {
    const pool = new BufferPool(100, 8);
    const [old, recent, newest] = [array(10), array(11), array(12)];
    pool.give('float32', old);
    pool.give('float32', recent);
    pool.give('float32', pool.take('float32', 10));
    pool.give('float32', newest);
    expect(pool.freeBytes).toBe(4 * 22);
    expect(pool.take('float32', 11)).not.toBe(recent);
    expect(pool.take('float32', 10)).toBe(old);
    expect(pool.take('float32', 12)).toBe(newest);
  });

  test('never exceed the limit, and an array above the limit evicts no others', () => {
    const pool = new BufferPool(100, 8);
    for (let length = 1; length <= 25; length++) {
      pool.give('float32', array(length));
      expect(pool.freeBytes).toBeLessThanOrEqual(100);
    }
    expect(pool.freeBytes).toBe(100);
    pool.give('float32', array(26));
    expect(pool.freeBytes).toBe(100);
  });

  test('are evicted when nothing of their size was given back for more than the maximum age', () => {
    const pool = new BufferPool(1000, 2);
    const [used, idle] = [array(10), array(11)];
    pool.give('float32', idle);
    for (let age = 0; age < 3; age++) {
      expect(pool.take('float32', 10)).not.toBe(idle);
      pool.give('float32', used);
      pool.advanceAge();
      expect(pool.freeBytes).toBe(age < 2 ? 84 : 40);
    }
    expect(pool.take('float32', 11)).not.toBe(idle);
    expect(pool.take('float32', 10)).toBe(used);
  });
});
