import { rm } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { CheckpointStore } from '../../../src/engine/checkpoint/store';
import { tinyModel, tinyWeights, writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

const changed = () => tinyWeights().map((weight) => -weight);

describe('the store of open checkpoints', () => {
  it('reads a checkpoint once, and again when a file of it changes', async () => {
    const file = await writeRaw(await temporaryFolder());
    const store = new CheckpointStore();
    const hashes = await Promise.all([1, 2].map(() => store.use(file, (session) => Promise.resolve(session))));
    expect(hashes[0]).toBe(hashes[1]);
    await writeRaw(path.dirname(file), tinyModel(), changed());
    const after = await store.use(file, (session) => Promise.resolve(session));
    expect(after.checkpoint.weightsHash).not.toBe(hashes[0]!.checkpoint.weightsHash);
  });

  it('fails once the checkpoint is gone, and works when it is back', async () => {
    const folder = await temporaryFolder();
    const file = await writeRaw(folder);
    const store = new CheckpointStore();
    const read = () => store.use(file, ({ checkpoint }) => Promise.resolve(checkpoint.tensors.size));
    expect(await read()).toBe(2);
    await rm(file);
    await expect(read()).rejects.toThrow(/does not exist/);
    await writeRaw(folder);
    expect(await read()).toBe(2);
  });

  it('works a value out once, again after a failure, and disposes of it when nobody uses it any more', async () => {
    const file = await writeRaw(await temporaryFolder());
    const store = new CheckpointStore();
    const log: string[] = [];
    const make = () => Promise.resolve(log.push('made'));
    const dispose = () => void log.push('disposed');
    await store.use(file, async (session) => {
      await expect(session.memo('value', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      await session.memo('value', make, dispose);
      await session.memo('value', make, dispose);
      store.release(file);
      await new Promise(setImmediate);
      expect(log).toEqual(['made']);
    });
    await new Promise(setImmediate);
    expect(log).toEqual(['made', 'disposed']);
    expect(await store.use(file, (session) => session.memo('value', make, dispose))).toBe(3);
  });

  it('forgets the one that was longest unused', async () => {
    const folder = await temporaryFolder();
    const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((name) => writeRaw(path.join(folder, name))));
    const store = new CheckpointStore(2);
    const disposed: string[] = [];
    const open = (file: string) =>
      store.use(file, (session) =>
        session.memo(
          'x',
          () => Promise.resolve(file),
          (value) => disposed.push(value),
        ),
      );
    for (const file of [a!, b!, a!, c!]) await open(file);
    await new Promise(setImmediate);
    expect(disposed).toEqual([b]);
  });
});
