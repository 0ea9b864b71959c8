import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { CancelledError, UserError } from '../../../src/protocol/errors';
import { readCheckpoint } from '../../../src/engine/checkpoint/read';
import { fileSizes, plannedSizes } from '../../../src/engine/checkpoint/sizes';
import { writeCheckpoint } from '../../../src/engine/checkpoint/write';
import { writeRaw } from '../../fixtures/tiny-model';
import { temporaryFolder } from '../temporary';

async function written() {
  const source = await readCheckpoint(await writeRaw(await temporaryFolder()));
  const big = Float32Array.from({ length: 400_000 }, (_, i) => (i % 3 ? 0 : Math.sin(i)));
  const tensors = new Map([
    ...source.tensors,
    ['big', { name: 'big', shape: [big.length], dtype: 'float32', data: big } as const],
  ]);
  const model = { ...source, tensors };
  return { model, checkpoint: await readCheckpoint((await writeCheckpoint(await temporaryFolder(), model)).path) };
}

describe('sizes of a checkpoint', () => {
  it('are those of its files, raw, gzipped at level 6, and by brotli on demand', async () => {
    const { checkpoint } = await written();
    const files = await Promise.all(checkpoint.files.map(({ name }) => readFile(path.join(checkpoint.folder, name))));
    const total = (size: (file: Buffer) => number) => files.reduce((sum, file) => sum + size(file), 0);
    expect(await fileSizes(checkpoint, { brotli: true })).toEqual({
      bytes: total((file) => file.byteLength),
      gzipBytes: total((file) => gzipSync(file, { level: 6 }).byteLength),
      brotliBytes: total(
        (file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }).byteLength,
      ),
    });
    expect(await fileSizes(checkpoint)).not.toHaveProperty('brotliBytes');
  });

  it('are known before anything is written', async () => {
    const { model, checkpoint } = await written();
    expect(await plannedSizes(model)).toEqual(await fileSizes(checkpoint));
  });

  it('are given up when nobody wants them any more', async () => {
    const { model } = await written();
    const abort = new AbortController();
    const sizes = plannedSizes(model, { signal: abort.signal });
    abort.abort();
    await expect(sizes).rejects.toBeInstanceOf(CancelledError);
  });

  it('say so when a file has gone', async () => {
    const { checkpoint } = await written();
    await rm(path.join(checkpoint.folder, checkpoint.files[1]!.name));
    await expect(fileSizes(checkpoint)).rejects.toBeInstanceOf(UserError);
  });
});
