import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { IMAGES, LABELS, readIdx, readIdxFile } from '../../../src/engine/dataset/sources/idx/read';
import { PIECE_BYTES, type DataFile } from '../../../src/engine/dataset/files/data-file';
import { UserError } from '../../../src/protocol/errors';
import { temporaryFolder } from '../temporary';
import { idx } from './idx-files';

let folder = '';
beforeEach(async () => {
  folder = await temporaryFolder();
});

async function file(bytes: Uint8Array, name = 'file'): Promise<string> {
  const target = path.join(folder, name);
  await writeFile(target, bytes);
  return target;
}

const tenImages = idx(
  2051,
  [10, 5, 20],
  Uint8Array.from({ length: 1000 }, (_, i) => (i * i) % 251),
);

const images = async (bytes: Uint8Array) => readIdxFile(await file(bytes), IMAGES);
const labels = async (place: string) => [...(await readIdxFile(place, LABELS)).numbers];

describe('IDX files', () => {
  it('come back as they were written, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        ...[fc.nat(5), fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), fc.boolean()],
        async (count, height, width, gzip) => {
          const pixels = Uint8Array.from({ length: count * height * width }, (_, i) => (i * 37) % 256);
          const bytes = idx(2051, [count, height, width], pixels);
          const parsed = await images(gzip ? gzipSync(bytes) : bytes);
          expect(parsed.sizes).toEqual([count, height, width]);
          expect([...parsed.numbers]).toEqual([...pixels]);
        },
      ),
      { numRuns: 30 },
    );
    expect(await labels(await file(idx(2049, [3], Uint8Array.of(1, 2, 9))))).toEqual([1, 2, 9]);
  });

  it('of more than one piece come back whole', async () => {
    const pixels = Uint8Array.from({ length: 3 * PIECE_BYTES + 5 }, (_, i) => (i * 31) % 251);
    const bytes = idx(2051, [1, 1, pixels.length], pixels);
    for (const stored of [bytes, gzipSync(bytes)]) expect((await images(stored)).numbers).toEqual(pixels);
  });

  it('never fail with anything but one sentence', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 40 }), fc.boolean(), async (bytes, asImages) => {
        try {
          const some = await file(bytes, 'some-file');
          await readIdxFile(some, asImages ? IMAGES : LABELS);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
          expect(String(error)).toMatch(/some-file .*\.$/);
        }
      }),
      { numRuns: 50 },
    );
  });

  it.each([
    [
      'a wrong magic number',
      idx(2049, [1, 1, 1], Uint8Array.of(1)),
      /no IDX file of images: it must start with the number 2051, not 2049/,
    ],
    ['nothing at all', Buffer.alloc(0), /not nothing/],
    ['half a header', idx(2051, [1], new Uint8Array()), /cut short: it ends within its header/],
    [
      'too few pixels',
      idx(2051, [2, 2, 2], new Uint8Array(7)),
      /cut short: its header announces 2 images of 2x2, that is 8 bytes, and 7 follow/,
    ],
    ['too many pixels', idx(2051, [2, 2, 2], new Uint8Array(9)), /too long/],
    ['too many packed pixels', gzipSync(idx(2051, [2, 2, 2], new Uint8Array(9))), /too long/],
    ['too few packed pixels', gzipSync(idx(2051, [2, 2, 2], new Uint8Array(7))), /cut short: .* and 7 follow/],
    ['images of no size', idx(2051, [2, 0, 2], new Uint8Array()), /images are empty/],
    ['gzip data that is cut short', gzipSync(tenImages).subarray(0, 60), /damaged or cut short/],
    [
      'more than can be opened',
      idx(2051, [0xffffffff, 0xffff, 0xffff], new Uint8Array(9)),
      /more than the 1 GiB that can be opened/,
    ],
    [
      'a header that so few packed bytes do not fill',
      gzipSync(idx(2051, [1_000_000, 28, 28], new Uint8Array(9))),
      /which \d+ packed bytes do not hold/,
    ],
  ])('with %s are refused', async (_, bytes, sentence) => {
    await expect(images(bytes)).rejects.toThrow(sentence);
  });

  it('are unpacked by content, whatever they are called', async () => {
    const bytes = idx(2049, [1], Uint8Array.of(7));
    expect(await labels(await file(gzipSync(bytes), 'packed'))).toEqual([7]);
    expect(await labels(await file(bytes, 'plain.gz'))).toEqual([7]);
    await expect(labels(path.join(folder, 'none'))).rejects.toThrow(/cannot be read/);
  });

  it('that unpack to far more than they announce are read no further than one piece beyond', async () => {
    let [made, closed] = [0, false];
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        yield idx(2051, [300, 28, 28], new Uint8Array());
        for (;;) {
          made += PIECE_BYTES;
          yield await Promise.resolve(new Uint8Array(PIECE_BYTES));
        }
      } finally {
        closed = true;
      }
    }
    const source: DataFile = { size: 2e6, packed: true, bytes: endless() };
    await expect(readIdx(source, 'bomb', IMAGES)).rejects.toThrow(/too long/);
    expect(made).toBeLessThanOrEqual(300 * 28 * 28 + PIECE_BYTES);
    expect(closed).toBe(true);
    // The same as a file: 64 MB of zeros behind a header of one image.
    const bomb = gzipSync(Buffer.concat([idx(2051, [1, 1, 1], new Uint8Array()), Buffer.alloc(2 ** 26)]));
    await expect(images(bomb)).rejects.toThrow(/too long/);
  });

  it.runIf(process.platform !== 'win32')('are regular files within their folder', async () => {
    const pipe = path.join(folder, 'pipe');
    await promisify(execFile)('mkfifo', [pipe]);
    await mkdir(path.join(folder, 'data'));
    const link = async (target: string, name: string): Promise<string> => {
      const at = path.join(folder, 'data', name);
      await symlink(target, at);
      return at;
    };
    await expect(readIdxFile(pipe, IMAGES)).rejects.toThrow(/is not a regular file/);
    await expect(readIdxFile(folder, IMAGES)).rejects.toThrow(/is not a regular file/);
    await expect(readIdxFile('/dev/null', IMAGES)).rejects.toThrow(/is not a regular file/);
    await expect(readIdxFile(await link('/dev/null', 'device'), IMAGES)).rejects.toThrow(/leads out of its folder/);
    const outside = await file(idx(2049, [1], Uint8Array.of(7)), 'outside');
    await expect(labels(await link(outside, 'out'))).rejects.toThrow(/leads out of its folder/);
    const within = await file(idx(2049, [1], Uint8Array.of(7)), 'data/within');
    expect(await labels(await link(within, 'in'))).toEqual([7]);
  });
});
