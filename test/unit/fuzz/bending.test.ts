import { expect, test } from 'vitest';
import { Random } from '../../../src/engine/dataset/random';
import { UserError } from '../../../src/protocol/errors';
import { complaintOf } from '../../fuzz/complaint';
import { mutateBytes, mutateJson, mutateLines } from '../../fuzz/mutate';

test('one clear sentence is no complaint; a fault, internal words, or two lines are', () => {
  const complaint = (text: string, user = true) => complaintOf(new UserError(text), user);
  expect(complaint('The file "a" is missing: copy it again.')).toBeUndefined();
  expect(complaint('The tensor "k" holds NaN weights, so the model cannot be pruned: use another.')).toBeUndefined();
  expect(complaint('The file "a" is missing: copy it again.', false)).toMatch(/fault of the program/);
  expect(complaint('It is wrong (ENOENT: no such file): try again.')).toMatch(/internal/);
  expect(complaint('The value undefined is wrong: try again.')).toMatch(/internal/);
  expect(complaint('The layer "\u001b[2J" is wrong.')).toBeUndefined();
  expect(complaint('The model is wrong: it has "f". Convert it again.')).toMatch(/several sentences/);
  expect(complaint('The layer "f. Is it "g"." is wrong: convert the model 1.5 times.')).toBeUndefined();
  expect(complaint('steps: is wrong')).toMatch(/no sentence/);
  expect(complaintOf(new Error(`The name ${'a'.repeat(5000)} is long.`), true)).toMatch(/5\d+ characters/);
});

test('the same seed bends in the same way, and other seeds in others', () => {
  const text = JSON.stringify({ a: [1, { b: 'c' }], d: { e: null, f: 2.5 } });
  const all = (seed: number) => {
    const random = new Random(seed);
    return [
      mutateJson(text, random),
      mutateLines(`${text}\n${text}\n`, random),
      mutateBytes(Buffer.from(text), random).toString('hex'),
    ];
  };
  expect(all(1)).toEqual(all(1));
  const results = Array.from({ length: 16 }, (_, seed) => all(seed));
  for (const i of [0, 1, 2]) expect(new Set(results.map((result) => result[i])).size).toBeGreaterThan(8);
});
