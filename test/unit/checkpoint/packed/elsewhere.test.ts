import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { pack } from '../../../../src/engine/checkpoint/packed/pack';
import * as reader from '../../../../src/engine/checkpoint/packed/weights-reader';
import { readCheckpoint } from '../../../../src/engine/checkpoint/read';
import { isElsewhere } from '../../../../src/engine/checkpoint/values';
import { CancelledError } from '../../../../src/protocol/errors';
import { writePacked } from '../../../../src/engine/compress/pack/write-packed';
import { temporaryFolder } from '../../temporary';

const SAMPLE = 'media/samples/fashion-cnn/model.json';

it('packs weights that stay in their files to the same bytes, and reports the bytes of the file', async () => {
  const [small, large] = [await readCheckpoint(SAMPLE), await readCheckpoint(SAMPLE, { largeFrom: 1 })];
  expect([...large.tensors.values()].every(isElsewhere)).toBe(true);
  const packed = pack(small);
  const file = path.join(await temporaryFolder(), 'net.secateur');
  const sizes = await writePacked(file, large, { smallWeights: 32, history: 'keep' });
  expect(sizes.sha256).toBe(packed.sha256);
  expect(sizes.bytes).toBe((await stat(file)).size);
  expect(sizes.bytes).toBe(packed.bytes.byteLength);
  // Less than 32 MiB are compressed whole.
  expect(sizes.unpacked.estimated).toBeUndefined();
  expect((await readCheckpoint(file)).weightsHash).toBe(small.weightsHash);
});

it('stops packing after a cancel, between two tensors, and writes nothing', async () => {
  const folder = await temporaryFolder();
  const abort = new AbortController();
  const packed = writePacked(path.join(folder, 'net.secateur'), await readCheckpoint(SAMPLE), {
    smallWeights: 32,
    history: 'keep',
    signal: abort.signal,
  });
  setImmediate(() => abort.abort());
  await expect(packed).rejects.toThrow(CancelledError);
  expect(await readdir(folder)).toEqual([]);
});

it('leaves no file where the weights cannot be decoded as they were', async () => {
  const folder = await temporaryFolder();
  const shares = vi.spyOn(reader.WeightsReader.prototype, 'tensor');
  onTestFinished(() => shares.mockRestore());
  shares.mockImplementationOnce(({ count }, take) => take(new Uint32Array(count)));
  const out = path.join(folder, 'made', 'net.secateur');
  const packed = writePacked(out, await readCheckpoint(SAMPLE), { smallWeights: 32, history: 'keep' });
  await expect(packed).rejects.toThrow('The packed weights of "net.secateur" are not those of the model: pack again.');
  expect(await readdir(folder)).toEqual([]);
});

it('leaves no file where the disk gives other bytes back', async () => {
  const folder = await temporaryFolder();
  const filled = vi.spyOn(Buffer, 'compare').mockReturnValueOnce(1);
  onTestFinished(() => filled.mockRestore());
  const packed = writePacked(path.join(folder, 'net.secateur'), await readCheckpoint(SAMPLE), {
    smallWeights: 32,
    history: 'keep',
  });
  await expect(packed).rejects.toThrow('reads back as another');
  expect(await readdir(folder)).toEqual([]);
});
