import { createHash } from 'node:crypto';
import path from 'node:path';
import { expect, test } from 'vitest';
import { WeightsEncoder } from '../../../src/engine/checkpoint/packed/weights-encoder';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { Random } from '../../../src/engine/dataset/random';
import { CHECKSUM } from '../../../src/loader/head';
import { mutatePacked, writtenAgain } from '../../fuzz/mutate-packed';
import { answerTo } from '../../fuzz/packed-files';
import { seedOf } from '../../fuzz/packed-seeds';
import { temporaryFolder } from '../temporary';

const seed = async () => seedOf(await readCheckpoint('test/fixtures/cases/ln-tiny/model.json'));

test('a packed file without lies is written as it was packed', async () => {
  const one = await seed();
  const again = writtenAgain(one, one.text, (coder) => new WeightsEncoder(coder));
  expect(Buffer.from(again).equals(one.bytes.subarray(0, -CHECKSUM))).toBe(true);
});

test('the same seed mutates in the same way; most files have a right checksum and other bytes, and none is complained about', async () => {
  const one = await seed();
  const mutated = (random: Random) => Array.from({ length: 24 }, () => mutatePacked(one, random));
  const files = mutated(new Random(1));
  expect(files).toEqual(mutated(new Random(1)));
  const sum = (file: Uint8Array) => createHash('sha256').update(file.subarray(0, -CHECKSUM)).digest();
  expect(files.filter((file) => sum(file).equals(file.subarray(-CHECKSUM))).length).toBeGreaterThan(12);
  expect(files.filter((file) => !Buffer.from(file).equals(one.bytes)).length).toBeGreaterThan(12);
  const place = path.join(await temporaryFolder(), 'bent.secateur');
  for (const file of files) expect((await answerTo(file, place)).complaints).toEqual([]);
});
