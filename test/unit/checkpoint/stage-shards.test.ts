import { createHash } from 'node:crypto';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { JoinedValues } from '../../../src/engine/checkpoint/joined-values';
import { stageShards } from '../../../src/engine/checkpoint/stage-shards';
import { tensorOf } from '../../../src/engine/checkpoint/values';
import { temporaryFolder } from '../temporary';

const MIB = 2 ** 20;
/** Pieces of 4 MiB, more than there are buffers. */
const PIECES = 12;

it('files hold what was hashed, however late the disk takes the last piece of one', async () => {
  const folder = await temporaryFolder();
  const probe = await open(path.join(folder, 'probe'), 'w');
  const handles = Object.getPrototypeOf(probe) as Pick<FileHandle, 'writeFile'>;
  await probe.close();
  const write = handles.writeFile;
  let calls = 0;
  let begin = (): void => undefined;
  const lastBegun = new Promise<void>((resolve) => (begin = resolve));
  const spy = vi.spyOn(handles, 'writeFile').mockImplementation(async function (this: FileHandle, data) {
    calls++;
    if (calls === PIECES) begin();
    // The only piece of the first file is written after all others have been computed.
    if (calls === 1) await lastBegun;
    await write.call(this, data);
  });
  onTestFinished(() => spy.mockRestore());
  const sizes = [4 * MIB, 4 * MIB * (PIECES - 1)];
  const length = (sizes[0]! + sizes[1]!) / 4;
  const values = tensorOf(
    { name: 'w', shape: [length], dtype: 'float32' },
    {
      length,
      range: (start, end, room) => {
        const into = room ? new Float32Array(room.buffer, room.byteOffset, end - start) : new Float32Array(end - start);
        return into.map((_, i) => start + i);
      },
    },
  );
  const hash = await stageShards(folder, new JoinedValues([values]), ['a', 'b'], sizes);
  const read = createHash('sha256');
  for (const name of ['a', 'b']) read.update(await readFile(path.join(folder, name)));
  expect(hash).toBe(read.digest('hex'));
});
