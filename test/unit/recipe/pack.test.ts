import { readdir, readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { readProvenance, storedDataset, withoutHistory } from '../../../src/engine/checkpoint/provenance';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { outcome } from '../../../src/protocol/steps';
import { Bench } from './runs';

const steps = [
  { step: 'prune', amount: { sparsity: 0.6 } },
  { step: 'quantize' },
  { step: 'pack', name: 'net' },
] as const;

it('a recipe can end in a packed file beside its checkpoint', async () => {
  const bench = await Bench.make();
  const result = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [...steps] });
  const file = bench.path('out', 'net.secateur');
  const [packed, folder] = [await readCheckpoint(file), await readCheckpoint(result.out)];
  expect(packed.weightsHash).toBe(folder.weightsHash);
  expect(packed.metadata).toEqual(folder.metadata);
  const told = result.steps[2];
  if (told?.step !== 'pack') throw new Error('nothing was packed');
  const bytes = await readFile(file);
  expect(told.packed.bytes).toBe(bytes.byteLength);
  expect(told.packed.unpacked.bytes).toBe(result.after.bytes);
  expect(told.packed.file).toBe('net.secateur');
  expect(await readFile(bench.path('out', 'results.md'), 'utf8')).toContain(outcome(told));
});

it('a packed file can leave out the record of its runs, and keeps what its answers depend on', async () => {
  const bench = await Bench.make();
  const packs = (['keep', 'drop'] as const).map((history) => ({ step: 'pack' as const, name: history, history }));
  const result = await bench.run({ checkpoint: 'net', data: 'shapes', steps: [steps[0], ...packs] });
  const [kept, dropped] = [bench.path('out', 'keep.secateur'), bench.path('out', 'drop.secateur')];
  const [long, short] = [await readCheckpoint(kept), await readCheckpoint(dropped)];
  expect(readProvenance(long)?.parent).toBeTypeOf('string');
  expect(readProvenance(short)).toBeUndefined();
  expect(storedDataset(short)).toEqual(storedDataset(long));
  expect(storedDataset(short)?.classNames).not.toHaveLength(0);
  expect(short.weightsHash).toBe(long.weightsHash);
  const sizes = result.steps.flatMap((step) => (step.step === 'pack' ? [step.packed.bytes] : []));
  expect(sizes[1]).toBeLessThan(sizes[0]! - 200);

  const foreign = { metadata: { other: 1, secateur: { version: 'x' } }, modelTopology: {}, tensors: new Map() };
  expect(withoutHistory(foreign).metadata).toEqual({ other: 1 });
});

it('a packed file is taken as the model of a recipe, whatever its name', async () => {
  const bench = await Bench.make();
  await bench.run({ checkpoint: 'net', steps: [{ step: 'pack', name: 'packed' }] }, { out: 'first' });
  const again = await bench.run({
    checkpoint: 'first/packed.secateur',
    steps: [{ step: 'prune', amount: { sparsity: 0.5 } }],
  });
  const plain = await bench.run(
    { checkpoint: 'net', steps: [{ step: 'prune', amount: { sparsity: 0.5 } }] },
    { out: 'plain' },
  );
  expect((await readCheckpoint(again.out)).weightsHash).toBe((await readCheckpoint(plain.out)).weightsHash);
});

it('a run that fails later takes its packed file away, and two files need two names', async () => {
  const bench = await Bench.make();
  const cancelled = bench.run(
    { checkpoint: 'net', data: 'shapes', steps: [...steps, { step: 'evaluate' }] },
    { watch: (event, cancel) => event.kind === 'step' && event.step === 'evaluate' && cancel() },
  );
  await expect(cancelled).rejects.toThrow('Cancelled');
  expect(await readdir(bench.path())).not.toContain('out');

  await expect(
    bench.run({ checkpoint: 'net', steps: [{ step: 'pack' }, { step: 'pack', smallWeights: 12 }] }, { out: 'two' }),
  ).rejects.toThrow('packs into "model.secateur", as another step does: give it another "name".');
});
