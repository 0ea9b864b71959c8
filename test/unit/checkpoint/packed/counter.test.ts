import { expect, test } from 'vitest';
import { Counter } from '../../../../src/engine/checkpoint/packed/counter';

test('who waits for a count goes on once it is reached', async () => {
  const counter = new Counter();
  const reached = counter.atLeast(3);
  counter.add(2);
  counter.add(1);
  expect(await reached).toBe(true);
  expect(await counter.atLeast(3)).toBe(true);
});

test('who waits for a count that is never reached is told so at the end', async () => {
  const counter = new Counter();
  const reached = counter.atLeast(3);
  counter.add(2);
  counter.end();
  expect(await reached).toBe(false);
  expect(await counter.atLeast(2)).toBe(true);
});
