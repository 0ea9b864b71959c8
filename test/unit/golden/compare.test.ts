import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, it } from 'vitest';
import { differences } from '../../golden/compare';
import { SHARD, tinyModel, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

/** Two folders of runs with the same checkpoint, in the folder itself and in one below it. */
async function twoRuns(): Promise<[string, string]> {
  const folder = await temporaryFolder();
  const runs: [string, string] = [path.join(folder, 'before'), path.join(folder, 'after')];
  for (const run of runs) {
    await writeRaw(run);
    await writeRaw(path.join(run, 'epochs', 'epoch-01'));
  }
  return runs;
}

it('finds no difference between equal checkpoints, whatever else lies beside them', async () => {
  const [before, after] = await twoRuns();
  await writeFile(path.join(after, 'journal.jsonl'), 'a time');
  expect(await differences(before, after)).toEqual([]);
});

it('finds one bit in a shard of an epoch', async () => {
  const [before, after] = await twoRuns();
  const bytes = new Uint8Array(tinyWeights().buffer);
  bytes[17]! ^= 1;
  await writeFile(path.join(after, 'epochs', 'epoch-01', SHARD), bytes);
  expect(await differences(before, after)).toEqual([`${path.join('epochs', 'epoch-01', SHARD)} has other bytes`]);
});

it('finds a value of a model.json, but no version', async () => {
  const [before, after] = await twoRuns();
  const model = tinyModel();
  const secateur = { ...(model.userDefinedMetadata?.['secateur'] as object), version: '9.9.9' };
  await writeRaw(after, { ...model, userDefinedMetadata: { secateur }, generatedBy: 'TensorFlow.js 9' });
  expect(await differences(before, after)).toEqual([]);
  await writeRaw(after, { ...model, userDefinedMetadata: { secateur: { ...secateur, seed: 1 } } });
  expect(await differences(before, after)).toEqual(['model.json differs at userDefinedMetadata.secateur.seed']);
});

it('finds files that are missing or new, and a run that wrote nothing', async () => {
  const [before, after] = await twoRuns();
  await writeFile(path.join(before, 'more.bin'), 'x');
  await writeRaw(path.join(after, 'plans'));
  expect(await differences(before, after)).toEqual([
    'more.bin is missing',
    `${path.join('plans', SHARD)} is new`,
    `${path.join('plans', 'model.json')} is new`,
  ]);
  expect(await differences(await temporaryFolder(), after)).toEqual(['no checkpoint was written']);
});
