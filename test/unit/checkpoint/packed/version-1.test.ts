import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';

// Files that people have must be read as before: a change that fails here needs another version of the format.
it('reads a file of version 1 with every way to store weights', async () => {
  const read = await readCheckpoint('test/fixtures/packed/version-1.secateur');
  expect(read.weightsHash).toBe('7c830cb7c89f0b5d1b0db4a949c49e670b237c1d82c52984f305ae683bf373e7');
  expect(read.companions.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()])).toEqual([
    ['labels.txt', 'Shirt\nBag\n'],
  ]);
});
