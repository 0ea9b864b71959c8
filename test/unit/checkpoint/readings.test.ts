import { utimes } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { Readings } from '../../../src/engine/checkpoint/readings';
import { surveyOf } from '../../../src/engine/checkpoint/survey';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

it('reads large weights again only where a file has changed', async () => {
  const file = await writeRaw(await temporaryFolder());
  const readings = new Readings();
  let heard = 0;
  const read = () => readCheckpoint(file, { largeFrom: 0, readings, onProgress: () => heard++ });
  const first = await read();
  expect(heard).toBeGreaterThan(0);
  heard = 0;
  const again = await read();
  expect(heard).toBe(0);
  expect(again.weightsHash).toBe(first.weightsHash);
  for (const [name, tensor] of first.tensors) expect(surveyOf(again.tensors.get(name)!)).toEqual(surveyOf(tensor));
  await utimes(path.join(first.folder, first.files[1]!.name), new Date(1), new Date(1));
  expect((await read()).weightsHash).toBe(first.weightsHash);
  expect(heard).toBeGreaterThan(0);
});
